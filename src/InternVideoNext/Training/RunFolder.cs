using System.Globalization;
using InternVideoNext.Checkpoints;
using InternVideoNext.Configuration;

namespace InternVideoNext.Training;

/// <summary>
/// A run's folder: <c>config.json</c>, <c>metrics.jsonl</c>, <c>checkpoints/step-N/</c>. A checkpoint is written aside and
/// renamed when complete, so a folder called step-N is whole or was damaged later, which its checksums show.
/// </summary>
/// <param name="path">The folder; made when first written to.</param>
public sealed class RunFolder(string path)
{
    private const string StepPrefix = "step-", Aside = ".partial-";

    /// <summary>The run's folder.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>One JSON object per step.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>The run's whole configuration.</summary>
    public string ConfigFile => Path.Combine(Root, "config.json");

    private string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>Complete checkpoints, newest first.</summary>
    public IReadOnlyList<string> CheckpointFolders() =>
        !Directory.Exists(Checkpoints) ? [] :
        [.. Directory.EnumerateDirectories(Checkpoints, StepPrefix + "*").OrderByDescending(StepOf)];

    /// <summary>The configuration the folder was made with, or null for a new folder.</summary>
    public RunConfig? ReadConfig() => File.Exists(ConfigFile) ? ConfigJson.Read(File.ReadAllText(ConfigFile), ConfigFile) : null;

    /// <summary>Writes the configuration.</summary>
    public void WriteConfig(RunConfig config)
    {
        Directory.CreateDirectory(Root);
        AsideFile.Write(ConfigFile, ConfigJson.Write(config));
    }

    /// <summary>Has <paramref name="write"/> fill a new checkpoint's folder, then puts it in place and removes the oldest beyond <paramref name="keep"/>.</summary>
    /// <returns>The checkpoint's folder.</returns>
    public string AddCheckpoint(long step, int keep, Action<string> write)
    {
        var name = StepPrefix + step.ToString("D8", CultureInfo.InvariantCulture);
        var final = Path.Combine(Checkpoints, name);
        var aside = Path.Combine(Checkpoints, Aside + name);
        RemoveUnfinished();
        Directory.CreateDirectory(aside);
        write(aside);
        if (Directory.Exists(final)) Directory.Delete(final, recursive: true);
        Directory.Move(aside, final);
        foreach (var old in CheckpointFolders().Skip(keep)) Directory.Delete(old, recursive: true);
        return final;
    }

    private void RemoveUnfinished()
    {
        if (!Directory.Exists(Checkpoints)) return;
        foreach (var folder in Directory.EnumerateDirectories(Checkpoints, Aside + "*")) Directory.Delete(folder, recursive: true);
    }

    private static long StepOf(string folder) =>
        long.TryParse(Path.GetFileName(folder)[StepPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;
}
