using System.Globalization;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using Spectre.Console;

namespace InternVideoNext.Cli.Runs;

/// <summary>Runs as tables: a list, and a comparison.</summary>
internal static class RunsTable
{
    public static Table List(string root, IReadOnlyList<RunSummary> runs)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("run", "stage", "preset", "model", "steps", "state", "loss", "rank", "cosine", "probe", "clips/s", "last written");
        foreach (var run in runs)
        {
            var metrics = run.Newest;
            table.AddRow(((string[])
            [
                Path.GetRelativePath(root, run.Folder), Stage(run.Config), run.Config.Preset, Model(run.Config),
                string.Create(CultureInfo.InvariantCulture, $"{metrics?.Step ?? 0}/{run.Config.Training.Steps}"),
                run.State.ToString().ToLowerInvariant(), Number(metrics?.Loss), Number(run.Health?.EffectiveRank),
                    Number(run.Health?.MeanCosine),
                Probe(run.Probe), Number(metrics?.ClipsPerSecond),
                    run.LastWritten.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            ]).Select(Markup.Escape).ToArray());
        }
        return table;
    }

    /// <summary>The values in which the configurations differ, a column for each run.</summary>
    public static Table Differences(IReadOnlyList<RunHistory> runs)
    {
        var table = Columns("configuration", runs);
        foreach (var (path, values) in ConfigDifference.Across(runs.Select(r => r.Config)))
            table.AddRow(((string[])[path, .. values.Select(v => v ?? "absent")]).Select(Markup.Escape).ToArray());
        return table;
    }

    /// <summary>The last number of everything logged, a column for each run.</summary>
    public static Table Results(IReadOnlyList<RunHistory> runs)
    {
        var table = Columns("last logged", runs);
        foreach (var (name, values) in RunResults.Rows(runs))
            table.AddRow(((string[])[name, .. values.Select(Number)]).Select(Markup.Escape).ToArray());
        return table;
    }

    public static string Stage(RunConfig config) => config is Stage1Config ? "stage1" : "stage2";

    public static string Number(double? value) => value is { } v ? v.ToString("G4", CultureInfo.InvariantCulture) : "-";

    private static string Model(RunConfig config) => string.Create(CultureInfo.InvariantCulture,
        $"{config.Model.Encoder.Width} x {config.Model.Encoder.Depth}, {config.Training.ClipsPerStep} clips of "
            + $"{config.Data.Frames}x{config.Data.Size}");

    private static string Probe(IReadOnlyDictionary<string, double>? probe) =>
        probe is null ? "-"
            : string.Join(", ", probe.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {100 * p.Value:0.0} %")));

    private static Table Columns(string first, IReadOnlyList<RunHistory> runs) =>
        new Table().Border(TableBorder.Rounded).AddColumns([.. runs.Select(r => r.Name).Prepend(first).Select(Markup.Escape)]);
}
