using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Runs;

/// <summary>A run's configuration and all it logged.</summary>
/// <param name="Name">Shown in legends; distinct among runs that are compared.</param>
/// <param name="Config">The whole configuration.</param>
/// <param name="Steps">Every step logged, in order.</param>
/// <param name="LastLineCut">Whether the log ended in the middle of a line, as after a kill; that line is left out.</param>
public sealed record RunHistory(string Name, RunConfig Config, IReadOnlyList<StepMetrics> Steps, bool LastLineCut)
{
    /// <summary>Reads several runs. They are named after their folders, by as much of the path as tells them apart.</summary>
    /// <param name="folders">The runs' folders.</param>
    /// <exception cref="ConfigurationException">A folder holds no run, or its configuration is not of this version.</exception>
    /// <exception cref="MetricsFileException">A line of a log is malformed.</exception>
    public static IReadOnlyList<RunHistory> Open(IReadOnlyList<string> folders)
    {
        var runs = folders.Select(RunFolder.Open).ToList();
        var names = Names([.. runs.Select(r => r.Root)]);
        return [.. runs.Zip(names, (run, name) =>
            new RunHistory(name, run.ReadConfig()!, MetricsFile.ReadStrictly(run.MetricsFile, out var cut), cut))];
    }

    private static List<string> Names(IReadOnlyList<string> roots)
    {
        var parts = roots.Select(r => r.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)).ToList();
        for (var taken = 1; ; taken++)
        {
            var names = parts.Select(p => string.Join('/', p.TakeLast(taken))).ToList();
            if (names.Distinct(StringComparer.Ordinal).Count() == names.Count || taken >= parts.Max(p => p.Length)) return names;
        }
    }
}
