using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;

namespace InternVideoNext.Runs;

/// <summary>What a list of runs shows of one, read from its configuration and the end of its log.</summary>
public sealed record RunSummary
{
    // Below these there are no runs, but very many files.
    private static readonly string[] Skipped = ["checkpoints", "index", "tensorboard", "data"];

    /// <summary>The run's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Its whole configuration.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>How far it is.</summary>
    public required RunState State { get; init; }

    /// <summary>The newest step logged; null before the first.</summary>
    public StepMetrics? Newest { get; init; }

    /// <summary>The newest measurement of the features.</summary>
    public FeatureSummary? Health { get; init; }

    /// <summary>The newest quick probe.</summary>
    public IReadOnlyDictionary<string, double>? Probe { get; init; }

    /// <summary>When its log was last written to, or its configuration where there is no log.</summary>
    public required DateTimeOffset LastWritten { get; init; }

    /// <summary>The folders of runs at and below a folder, in ordinal order.</summary>
    /// <param name="root">Where to look; linked folders are not followed.</param>
    /// <exception cref="ConfigurationException">There is no such folder.</exception>
    public static IReadOnlyList<string> Find(string root)
    {
        if (!Directory.Exists(root)) throw new ConfigurationException($"'{root}' is no folder; name the folder that your runs are in");
        var found = new List<string>();
        Visit(root);
        found.Sort(StringComparer.Ordinal);
        return found;

        void Visit(string folder)
        {
            if (RunFolder.IsRun(folder)) found.Add(folder);
            foreach (var below in new DirectoryInfo(folder).EnumerateDirectories())
                if (below.LinkTarget is null && below.Name[0] != '.' && !Skipped.Contains(below.Name)) Visit(below.FullName);
        }
    }

    /// <summary>Reads one run.</summary>
    /// <exception cref="ConfigurationException">The folder holds no run, or its configuration is not of this version.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static RunSummary Read(string folder)
    {
        var run = RunFolder.Open(folder);
        var config = run.ReadConfig()!;
        var tail = MetricsFile.ReadTail(run.MetricsFile);
        var newest = tail.Count > 0 ? tail[^1] : null;
        return new RunSummary
        {
            Folder = run.Root,
            Config = config,
            Newest = newest,
            Health = tail.LastOrDefault(m => m.Health is not null)?.Health,
            Probe = tail.LastOrDefault(m => m.Probe is not null)?.Probe,
            State = run.IsClaimed ? RunState.Running : newest?.Step >= config.Training.Steps ? RunState.Finished : RunState.Interrupted,
            LastWritten = File.GetLastWriteTimeUtc(File.Exists(run.MetricsFile) ? run.MetricsFile : run.ConfigFile),
        };
    }
}

/// <summary>How far a run is.</summary>
public enum RunState
{
    /// <summary>A process trains it now.</summary>
    Running,

    /// <summary>Every step is done.</summary>
    Finished,

    /// <summary>Steps are left, and no process works on them: it was stopped, halted or killed.</summary>
    Interrupted,
}
