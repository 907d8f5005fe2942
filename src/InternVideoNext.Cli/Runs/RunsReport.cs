using System.Globalization;
using InternVideoNext.Interactive;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Runs;

/// <summary>The curves of runs in one page that opens offline.</summary>
internal static class RunsReport
{
    public static HtmlReport Create(IReadOnlyList<RunHistory> runs, string command)
    {
        var report = new HtmlReport(string.Join(", ", runs.Select(r => r.Name)))
        {
            Lead = string.Join(" ", runs.Select(Lead)),
            Origin = new ReportOrigin(
                command, string.Join('\n', runs.Select(r => ConfigJson.Write(r.Config))), runs[0].Config.Training.Seed),
        };
        AddNumbers(report, runs);
        var curves = new TrainingCurves(runs);
        Add(report, "Losses", curves.Losses());
        Add(report, "Diffusion loss by timestep", curves.Details(), "pixel_t1 holds the timesteps of least noise, pixel_t4 those of most.");
        Add(report, "Quick probe", curves.Probe(),
            "Nearest neighbours among labelled clips, each half classified by the other: the loss alone does not tell quality.");
        Add(report, "Features", curves.Health(), "A collapsed encoder has a deviation near 0, a rank near 1 and a cosine near 1.");
        Add(report, "Optimisation", curves.Optimisation());
        Add(report, "Throughput and memory", curves.Throughput());
        return report;
    }

    private static string Lead(RunHistory run)
    {
        var cut = run.LastLineCut ? " The last line of its log was cut short, and is left out." : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{run.Name}: {RunsTable.Stage(run.Config)}, preset '{run.Config.Preset}', {(run.Steps.Count > 0 ? run.Steps[^1].Step : 0)} "
                + $"of {run.Config.Training.Steps} steps.{cut}");
    }

    private static void AddNumbers(HtmlReport report, IReadOnlyList<RunHistory> runs)
    {
        TableColumn[] columns = [.. runs.Select(r => (TableColumn)r.Name).Prepend("last logged")];
        var section = report.Section("Last numbers")
            .Add(new ResultTable(columns, RunResults.Rows(runs).Select(row => (IReadOnlyList<object?>)[row.Name, .. row.Values])));
        if (runs.Count < 2) return;
        var differences = ConfigDifference.Across(runs.Select(r => r.Config));
        if (differences.Count == 0) section.Paragraph("The configurations are the same.");
        else section.Subheading("Where the configurations differ").Add(new ResultTable(
            [.. columns.Skip(1).Prepend("path")],
                differences.Select(d => (IReadOnlyList<object?>)[d.Path, .. d.Values.Select(v => v ?? "absent")])));
    }

    private static void Add(HtmlReport report, string heading, IReadOnlyList<LineChart> charts, string? text = null)
    {
        if (charts.Count == 0) return;
        var section = report.Section(heading);
        if (text is not null) section.Paragraph(text);
        foreach (var chart in charts) section.Add(chart);
    }
}
