using System.Globalization;
using InternVideoNext.Interactive;

namespace InternVideoNext.Cli.GpuCheck;

/// <summary>The check's results on one page that opens offline.</summary>
internal static class CheckReport
{
    public static HtmlReport Create(IReadOnlyList<CheckResult> results, string folder, string command)
    {
        var report = new HtmlReport("GPU check") { Lead = Lead(results), Origin = new ReportOrigin(command, "", Seed: 1) };
        report.Section("Parts").Add(
            new ResultTable(
                ["part", "state", "seconds", "found", "what it shows"],
                results.Select(r => (IReadOnlyList<object?>)
                    [r.Part, NameOf(r.State), r.Seconds.ToString("0.0", CultureInfo.InvariantCulture), r.Note, r.Shows])));
        var commands = report.Section("Commands");
        foreach (var result in results.Where(r => r.Commands.Count > 0))
            commands.Subheading(result.Part).Preformatted(string.Join('\n', result.Commands));
        var doctor = Path.Combine(folder, "doctor.log");
        if (File.Exists(doctor)) report.Section("The machine").Preformatted(File.ReadAllText(doctor));
        return report;
    }

    /// <summary>The numbers of each state, in words.</summary>
    public static string Lead(IReadOnlyList<CheckResult> results) =>
        string.Join(", ", Enum.GetValues<CheckState>().Select(state => (State: state, Count: results.Count(r => r.State == state)))
            .Where(s => s.Count > 0).Select(s => $"{s.Count} {NameOf(s.State)}"));

    private static string NameOf(CheckState state) => state switch
    {
        CheckState.Passed => "passed",
        CheckState.Failed => "failed",
        CheckState.OutOfTime => "out of time",
        _ => "not in this package",
    };
}
