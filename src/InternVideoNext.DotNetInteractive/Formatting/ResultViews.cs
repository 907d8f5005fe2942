using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;
using Microsoft.Data.Analysis;

namespace InternVideoNext.DotNetInteractive.Formatting;

/// <summary>Results as charts and tables.</summary>
internal static class ResultViews
{
    /// <summary>A probe.</summary>
    public static IHtmlView Of(ProbeResult result) => new KeyValueTable(
        ("label", result.Label), ("protocol", result.Protocol), ("classes", result.Classes.Count),
        ("top-1, %", string.Create(
            CultureInfo.InvariantCulture,
            $"{100 * result.Top1:0.0} ({100 * result.Interval.Low:0.0} to {100 * result.Interval.High:0.0} over the test clips)")),
        ("chance, %", (100 * result.Chance).ToString("0.0", CultureInfo.InvariantCulture)));

    /// <summary>Rows of an ablation on one label.</summary>
    public static IEnumerable<IHtmlView> Of(IReadOnlyList<AblationSummary> summaries)
    {
        yield return IntervalChart.Of(summaries);
        foreach (var label in summaries.GroupBy(summary => summary.Label)) yield return AblationView.Rows(label.Key, label);
    }

    /// <summary>Results of an ablation: a chart and a table a label, each by the readout that its verdicts are taken on.</summary>
    public static IEnumerable<IHtmlView> Of(IReadOnlyList<AblationResult> results)
    {
        if (results.Count == 0) yield break;
        var settings = results[0].Settings;
        foreach (var probes in results.SelectMany(result => result.Probes).GroupBy(probe => probe.Result.Label))
        {
            var summaries = AblationSummary.Of(results, probes.Key, settings.ReadoutFor(probes.Key));
            if (summaries.Count == 0) continue;
            yield return IntervalChart.Of(summaries, probes.First().Result.Chance);
            yield return AblationView.Rows(probes.Key, summaries);
        }
    }

    /// <summary>A data frame's first rows.</summary>
    public static IHtmlView Of(DataFrame frame, int most)
    {
        var table = ResultTable.FromDataFrame(frame.Head((int)Math.Min(most, frame.Rows.Count)));
        return frame.Rows.Count <= most ? table : new ResultTable(table.Columns, table.Rows)
        {
            Footnotes = [string.Create(CultureInfo.InvariantCulture, $"The first {most} of {frame.Rows.Count} rows.")],
        };
    }
}
