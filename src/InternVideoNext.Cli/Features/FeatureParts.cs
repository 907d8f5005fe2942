using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using InternVideoNext.Checkpoints;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Cli.Features;

/// <summary>
/// The features of each video as a file of its own, in a folder beside the result: what is there is not computed again. Joined and removed
/// at the end.
/// </summary>
/// <param name="result">The file that they are to become.</param>
/// <param name="manifest">The videos.</param>
/// <param name="settings">Everything else that the features depend on, in words.</param>
internal sealed class FeatureParts(string result, Manifest manifest, string settings)
{
    private const string SettingsFile = "settings.txt";
    private readonly string _folder = Path.GetFullPath(result) + ".parts";

    /// <summary>The number of videos that are done.</summary>
    public int Done => Enumerable.Range(0, manifest.Entries.Count).Count(IsDone);

    /// <summary>Makes the folder, or goes on with one.</summary>
    /// <exception cref="ConfigurationException">There are features in it that were made otherwise.</exception>
    public void Open()
    {
        var (file, text) = (Path.Combine(_folder, SettingsFile), Describe());
        if (File.Exists(file) && File.ReadAllText(file) != text)
            throw new ConfigurationException(
                $"{_folder} holds unfinished features that were made otherwise:\n{File.ReadAllText(file).TrimEnd()}\nRemove it, give the "
                + "same values to go on with it, or name another --out");
        AsideFile.Write(file, text);
    }

    public bool IsDone(int entry) => File.Exists(PathOf(entry));

    /// <summary>Keeps the features of one video.</summary>
    public void Write(int entry, FeatureRows rows)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(PathOf(entry), new Dictionary<string, Tensor>
        {
            ["pooled"] = rows.Pooled,
            ["mean"] = rows.Mean,
            ["start"] = tensor(rows.Start.ToArray()),
            ["end"] = tensor(rows.End.ToArray()),
        });
    }

    /// <summary>The videos that are done, in order, with their features; the caller disposes each.</summary>
    public IEnumerable<(int Entry, FeatureRows Rows)> Read()
    {
        foreach (var entry in Enumerable.Range(0, manifest.Entries.Count).Where(IsDone))
        {
            using var file = SafetensorsFile.Open(PathOf(entry));
            yield return (entry, new FeatureRows(
                file.Read("pooled").DetachFromDisposeScope(), file.Read("mean").DetachFromDisposeScope(),
                Numbers(file, "start"), Numbers(file, "end")));
        }
    }

    public void Remove() => Directory.Delete(_folder, recursive: true);

    private static double[] Numbers(SafetensorsFile file, string name)
    {
        using var values = file.Read(name);
        return values.data<double>().ToArray();
    }

    private string PathOf(int entry) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{entry:00000000}.safetensors"));

    private string Describe()
    {
        var videos = string.Join('\n', manifest.Entries.Select(e => $"{e.Id}\t{manifest.PathOf(e)}"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(videos)))[..16];
        return $"{settings}\nvideos: {manifest.Entries.Count} (hash {hash})\n";
    }
}

/// <summary>The features of one video, a row a window.</summary>
/// <param name="Pooled">[n, D], the encoder's pooled vector, float32.</param>
/// <param name="Mean">[n, C], the mean of its tokens, float32.</param>
/// <param name="Start">Where each window begins, in seconds.</param>
/// <param name="End">Where it ends.</param>
internal sealed record FeatureRows(Tensor Pooled, Tensor Mean, IReadOnlyList<double> Start, IReadOnlyList<double> End) : IDisposable
{
    public void Dispose()
    {
        Pooled.Dispose();
        Mean.Dispose();
    }
}
