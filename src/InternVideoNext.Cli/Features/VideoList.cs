using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Features;

/// <summary>What features are made of: a manifest, a folder, one video, or a list of files, one a line.</summary>
internal static class VideoList
{
    private static readonly string[] Extensions = [".txt", ".lst", ".list"];

    /// <exception cref="ManifestException">It is none of these.</exception>
    /// <exception cref="ConfigurationException">A line of a list names no file, or the list none.</exception>
    public static Manifest Open(string path) =>
        File.Exists(path) && Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()) ? Read(path) : Manifest.Open(path);

    // Paths are relative to the list's folder; empty lines and comments count for nothing.
    private static Manifest Read(string path)
    {
        var root = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var lines = File.ReadLines(path).Select((text, i) => (Text: text.Trim(), Number: i + 1))
            .Where(line => line.Text.Length > 0 && line.Text[0] != '#').ToList();
        if (lines.Count == 0) throw new ConfigurationException($"{path}: the list names no file");
        if (lines.Find(line => !File.Exists(Path.Combine(root, line.Text))) is { Number: > 0 } missing)
            throw new ConfigurationException($"{path}, line {missing.Number}: there is no file '{missing.Text}' (one path a line)");
        return new Manifest
        {
            Name = Path.GetFileName(path),
            Root = root,
            Entries = [.. lines.Select(line => line.Text).Distinct(StringComparer.Ordinal)
                .Select(text => new ManifestEntry { Id = text, Path = text })],
        };
    }
}
