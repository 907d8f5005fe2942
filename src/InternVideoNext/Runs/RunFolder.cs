using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Runs;

/// <summary>
/// A run's folder: <c>config.json</c>, <c>metrics.jsonl</c>, <c>tensorboard/</c>, <c>checkpoints/step-N/</c>. A checkpoint comes
/// and goes by one rename, so a folder called step-N is whole or was damaged later, which its checksums show.
/// </summary>
/// <param name="path">The folder; made when first written to.</param>
public sealed class RunFolder(string path)
{
    private const int ClaimAttempts = 5;

    // What begins with a dot is unfinished, or half removed, and is cleared away by the next checkpoint.
    private const string StepPrefix = "step-", DamagedPrefix = "damaged-", Unfinished = ".partial-", Removed = ".removed-";

    /// <summary>The run's folder.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>One JSON object per step.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>The run's whole configuration.</summary>
    public string ConfigFile => Path.Combine(Root, "config.json");

    /// <summary>Held open by the process that trains the run.</summary>
    private string ClaimFile => Path.Combine(Root, "run.lock");

    private string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>Whether a process trains this run now.</summary>
    public bool IsClaimed
    {
        get
        {
            if (!File.Exists(ClaimFile)) return false;
            try
            {
                using var claim = new FileStream(ClaimFile, FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    /// <summary>The folder of a run that is there already.</summary>
    /// <exception cref="ConfigurationException">There is no run in the folder.</exception>
    public static RunFolder Open(string path) => IsRun(path) ? new RunFolder(path) : throw new ConfigurationException(
        Directory.Exists(path)
            ? $"'{path}' is no run: it has no config.json of one; ./ivnext runs {path} lists the runs below it"
            : $"'{path}': there is no such folder");

    /// <summary>Whether a folder holds a run.</summary>
    internal static bool IsRun(string path)
    {
        var run = new RunFolder(path);
        return File.Exists(run.ConfigFile) && (File.Exists(run.MetricsFile) || Directory.Exists(run.Checkpoints));
    }

    /// <summary>Keeps other processes from training the same run, until disposed or the process ends in whatever way.</summary>
    /// <exception cref="IOException">Another process trains it.</exception>
    internal async Task<IDisposable> ClaimAsync()
    {
        Directory.CreateDirectory(Root);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(ClaimFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < ClaimAttempts) // a list of runs looks at it for a moment
            {
                await Task.Delay(100).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw new IOException($"another process trains in {Root} now; wait for it, or name another folder", e);
            }
        }
    }

    /// <summary>Complete checkpoints, newest first.</summary>
    public IReadOnlyList<string> CheckpointFolders() =>
        !Directory.Exists(Checkpoints) ? [] :
        [.. Directory.EnumerateDirectories(Checkpoints, StepPrefix + "*").Where(f => StepOf(f) >= 0).OrderByDescending(StepOf)];

    /// <summary>The configuration the folder was made with, or null for a new folder.</summary>
    public RunConfig? ReadConfig() => File.Exists(ConfigFile) ? ConfigJson.Read(File.ReadAllText(ConfigFile), ConfigFile) : null;

    /// <summary>Writes the configuration.</summary>
    public void WriteConfig(RunConfig config)
    {
        Directory.CreateDirectory(Root);
        AsideFile.Write(ConfigFile, ConfigJson.Write(config));
    }

    /// <summary>Has <paramref name="write"/> fill a new checkpoint's folder, puts it in place, then removes older ones.</summary>
    /// <param name="step">Steps done; the checkpoint's name.</param>
    /// <param name="keep">How many of the newest stay.</param>
    /// <param name="keepEvery">Checkpoints at multiples of so many steps stay too; 0: none.</param>
    /// <param name="write">Writes the files into the folder that it is given.</param>
    /// <returns>The checkpoint's folder.</returns>
    public string AddCheckpoint(long step, int keep, int keepEvery, Action<string> write)
    {
        var name = StepPrefix + step.ToString("D8", CultureInfo.InvariantCulture);
        var final = Path.Combine(Checkpoints, name);
        var aside = Path.Combine(Checkpoints, Unfinished + name);
        ClearLeftovers();
        Directory.CreateDirectory(aside);
        write(aside);
        if (Directory.Exists(final)) Remove(final);
        Directory.Move(aside, final);
        foreach (var old in CheckpointFolders().Skip(keep).Where(f => keepEvery == 0 || StepOf(f) % keepEvery != 0)) Remove(old);
        return final;
    }

    /// <summary>Takes a damaged checkpoint out of the list under another name; its content stays, to be looked at.</summary>
    /// <returns>Where it is now.</returns>
    public string SetDamagedAside(string checkpoint)
    {
        var name = DamagedPrefix + Path.GetFileName(checkpoint);
        var to = Path.Combine(Checkpoints, name);
        for (var i = 2; Directory.Exists(to); i++) to = Path.Combine(Checkpoints, $"{name}-{i}");
        Directory.Move(checkpoint, to);
        return to;
    }

    /// <summary>Steps done at a checkpoint, by its folder's name; -1 for any other name.</summary>
    internal static long StepOf(string folder)
    {
        var name = Path.GetFileName(folder);
        return name.StartsWith(StepPrefix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(StepPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;
    }

    // Deleting a folder takes a while, and a kill would leave half of it under its name: it is renamed first.
    private void Remove(string checkpoint)
    {
        var aside = Path.Combine(Checkpoints, Removed + Path.GetFileName(checkpoint));
        if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        Directory.Move(checkpoint, aside);
        Directory.Delete(aside, recursive: true);
    }

    private void ClearLeftovers()
    {
        if (!Directory.Exists(Checkpoints)) return;
        foreach (var pattern in (string[])[Unfinished + "*", Removed + "*"])
            foreach (var folder in Directory.EnumerateDirectories(Checkpoints, pattern)) Directory.Delete(folder, recursive: true);
    }
}
