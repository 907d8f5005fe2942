using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Interactive;
using Spectre.Console;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The tables in the terminal.</summary>
internal static class AblationTables
{
    public static void Show(AblationPlan plan, IReadOnlyList<AblationResult> results)
    {
        var protocol = plan.Settings.ProbeProtocols[0].Name;
        var labels = plan.Data.Labels.Keys.Order(StringComparer.Ordinal).ToList();
        var byLabel = labels.ToDictionary(l => l, l => AblationSummary.Of(results, l, protocol));
        var table = new Table().Border(TableBorder.Rounded).AddColumn("row");
        foreach (var label in labels) table.AddColumns($"{label}: paper", "ours %", "to neighbour (95 %)");
        foreach (var row in AblationRows.All.Where(r => results.Any(x => x.Row == r.Id)))
            table.AddRow([row.Id, .. labels.SelectMany(l => Cells(byLabel[l].FirstOrDefault(s => s.Row.Id == row.Id)))]);
        ConsoleOutput.Write(table);
        var claims = new Table().Border(TableBorder.Rounded).AddColumns("ordering", "label", "paper", "ours (95 %)", "here");
        foreach (var claim in AblationClaims.All.Where(c => labels.Contains(c.Label)))
        {
            var (verdict, comparison) = claim.Judge(results, protocol);
            if (comparison is null) continue;
            claims.AddRow(claim.Text, claim.Label, Points(claim.Reported), AblationView.Interval(comparison), AblationView.Words(verdict));
        }
        ConsoleOutput.Write(claims);
    }

    private static string[] Cells(AblationSummary? s) => s is null ? ["", "", ""] :
    [
        s.Reported?.ToString("0.0", CultureInfo.InvariantCulture) ?? "",
        (100 * s.Mean).ToString("0.0", CultureInfo.InvariantCulture) + (s.Values.Count > 1 ? $" ± {(100 * s.Deviation).ToString("0.0", CultureInfo.InvariantCulture)}" : ""),
        s.ToNeighbour is { } c ? AblationView.Interval(c) : "",
    ];

    private static string Points(double? value) => value?.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) ?? "";
}
