using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Benchmarks;

/// <summary>A data set with damage put into some of its files, to see what that costs.</summary>
public static class DamagedCopies
{
    /// <summary>The ways of damage, by turns.</summary>
    private enum Damage { Emptied, CutInHalf, ReplacedByText, MiddleOverwritten }

    /// <summary>Makes links to the sound files of a data set, and damaged copies of the others.</summary>
    /// <param name="manifest">The data set; unchanged.</param>
    /// <param name="share">Share of the files to damage, 0..1.</param>
    /// <param name="folder">An empty folder for links and copies.</param>
    /// <param name="seed">Chooses the files.</param>
    /// <returns>The same data set in that folder, and which of its paths are damaged.</returns>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static (Manifest Manifest, IReadOnlyList<string> Damaged) Make(Manifest manifest, double share, string folder, ulong seed)
    {
        var paths = manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).ToArray();
        var order = Enumerable.Range(0, paths.Length).ToArray();
        new DeterministicRandom(seed).Shuffle(order.AsSpan());
        var damaged = order[..(int)Math.Round(share * paths.Length)];
        foreach (var (i, path) in paths.Select((p, i) => (i, p)))
        {
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var source = Path.GetFullPath(Path.Combine(manifest.Root, path));
            var turn = Array.IndexOf(damaged, i);
            if (turn < 0) File.CreateSymbolicLink(target, source);
            else File.WriteAllBytes(target, Spoil(File.ReadAllBytes(source), (Damage)(turn % 4), seed + (ulong)i));
        }
        return (manifest with { Root = folder }, [.. damaged.Select(i => paths[i]).Order(StringComparer.Ordinal)]);
    }

    private static byte[] Spoil(byte[] content, Damage damage, ulong seed)
    {
        switch (damage)
        {
            case Damage.Emptied: return [];
            case Damage.CutInHalf: return content[..(content.Length / 2)];
            case Damage.ReplacedByText: return "<html>This video is no longer available.</html>\n"u8.ToArray();
            default:
                var random = new DeterministicRandom(seed);
                foreach (ref var value in content.AsSpan(content.Length / 3, content.Length / 3)) value = (byte)random.NextInt(256);
                return content;
        }
    }
}
