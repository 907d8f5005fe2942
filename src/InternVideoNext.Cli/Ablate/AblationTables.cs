using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;
using Spectre.Console;

namespace InternVideoNext.Cli.Ablate;

/// <summary>The tables in the terminal.</summary>
internal static class AblationTables
{
    public static void Show(AblationPlan plan, IReadOnlyList<AblationResult> results)
    {
        var labels = plan.Data.Labels.Keys.Order(StringComparer.Ordinal).ToList();
        var byLabel = labels.ToDictionary(l => l, l => AblationSummary.Of(results, l, plan.Settings.ReadoutFor(l)));
        var table = new Table().Border(TableBorder.Rounded).AddColumn("row");
        foreach (var label in labels) table.AddColumns($"{label}: paper", "ours %", "to neighbour (95 %)");
        foreach (var row in AblationRows.All.Where(r => results.Any(x => x.Row == r.Id)))
            table.AddRow([row.Id, .. labels.SelectMany(l => Cells(byLabel[l].FirstOrDefault(s => s.Row.Id == row.Id)))]);
        ConsoleOutput.Write(table);
        ShowPredictor(labels, results);
        var claims = new Table().Border(TableBorder.Rounded).AddColumns("ordering", "label", "paper", "ours (95 %)", "here");
        foreach (var claim in AblationClaims.All.Where(c => labels.Contains(c.Label)))
        {
            var (verdict, comparison) = claim.Judge(results, plan.Settings.ReadoutFor(claim.Label));
            if (comparison is null) continue;
            claims.AddRow(claim.Text, claim.Label, Points(claim.Reported), AblationView.Interval(comparison), AblationView.Words(verdict));
        }
        ConsoleOutput.Write(claims);
    }

    // What the order of frames tells, read off the encoder and off the predictor, and where the actor is behind the mask.
    private static void ShowPredictor(List<string> labels, IReadOnlyList<AblationResult> results)
    {
        if (labels.Find(label => label is AblationClaims.Motion or "steps") is not { } ordered) return;
        var readouts = new[] { FeatureSpace.Encoder, FeatureSpace.Predictor }
            .Select(space => (Space: space, Readout: new AblationReadout(space, AblationReadout.EncoderFrames.Protocol).Name)).ToList();
        if (!results.Any(r => readouts.Exists(x => r.Probe(ordered, x.Readout) is not null))) return;
        var table = new Table().Border(TableBorder.Rounded).AddColumn("row");
        foreach (var (space, readout) in readouts)
            table.AddColumn($"{ordered}, {(space == FeatureSpace.Encoder ? "encoder/" : "")}{readout} %");
        table.AddColumn("actor behind the mask %");
        foreach (var runs in AblationRows.All.Select(row => results.Where(r => r.Row == row.Id).ToList()).Where(runs => runs.Count > 0))
            table.AddRow([runs[0].Row, .. readouts.Select(x => Accuracy(runs, x.Readout)), Place(runs)]);
        ConsoleOutput.Write(table);

        string Accuracy(List<AblationResult> runs, string readout) =>
            AblationView.Percent([.. runs.Select(r => r.Probe(ordered, readout)).OfType<AblationProbe>().Select(p => p.Result.Top1)]) ?? "";

        static string Place(List<AblationResult> runs) =>
            AblationView.Percent([.. runs.Select(r => r.Place).OfType<PlaceResult>().Select(p => p.Top1)]) ?? "";
    }

    private static string[] Cells(AblationSummary? s) => s is null ? ["", "", ""] :
    [
        s.Reported?.ToString("0.0", CultureInfo.InvariantCulture) ?? "",
        AblationView.Percent(s.Values) ?? "",
        s.ToNeighbour is { } c ? AblationView.Interval(c) : "",
    ];

    private static string Points(double? value) => value?.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) ?? "";
}
