using System.Globalization;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Cli.Compare;

/// <summary>The rows as a data frame, as CSV and as a page.</summary>
internal static class ComparisonTable
{
    /// <summary>Columns of numbers in the units that their names state; shares in 0..1.</summary>
    public static DataFrame ToDataFrame(IReadOnlyList<ComparisonRow> rows)
    {
        return new DataFrame(
            Text("encoder", row => row.Encoder),
            Text("system", row => row.System),
            Number("top1", row => row.Probe.Top1),
            Number("low", row => row.Probe.Interval.Low),
            Number("high", row => row.Probe.Interval.High),
            Number("top5", row => row.Probe.Top5),
            Number("clips_used", row => row.Probe.TestUsed),
            Number("clips_expected", row => row.Probe.TestExpected),
            Number("parameters", row => row.Parameters),
            Number("multiply_adds", row => row.MultiplyAdds),
            Number("clips_per_second", row => row.ClipsPerSecond),
            Number("peak_bytes", row => row.PeakBytes),
            Text("licence", row => row.Licence),
            Number("reported", row => row.Reported),
            Text("reported_by", row => row.ReportedBy),
            Text("verdict", row => row.Verdict),
            Text("weights", row => row.IsRandom ? "random" : "trained"));

        DataFrameColumn Text(string name, Func<ComparisonRow, string?> value) => new StringDataFrameColumn(name, rows.Select(value));
        DataFrameColumn Number(string name, Func<ComparisonRow, double?> value) =>
            new DoubleDataFrameColumn(name, rows.Select(value));
    }

    /// <summary>The page.</summary>
    public static HtmlReport ToReport(
        IReadOnlyList<ComparisonRow> rows, ComparisonData data, ProbeProtocol protocol, string label, ulong seed, string command)
    {
        var report = new HtmlReport("Frozen encoders compared")
        {
            Lead = $"{label} of {data.Description}, by protocol {protocol.Name}."
                + (rows.Any(row => row.IsRandom)
                    ? " Encoders named random: have weights that were never trained: they test the machinery and say nothing of the "
                        + "systems."
                    : ""),
            Origin = new ReportOrigin(command, protocol.ToJson(), seed),
        };
        TableColumn[] columns =
        [
            "encoder", "system", new TableColumn("top-1 %") { Format = "0.0", Best = TableBest.Highest }, "95 % interval", "clips",
            new TableColumn("parameters, M") { Format = "0.0" }, new TableColumn("multiply-adds, G") { Format = "0.00" },
            new TableColumn("clips/s here") { Format = "0.0" }, new TableColumn("peak memory, GiB") { Format = "0.00" }, "licence",
            new TableColumn("reported %") { Format = "0.0" }, "by", "verdict",
        ];
        report.Section("The table").Add(new ResultTable(
            columns,
            rows.Select(row => (IReadOnlyList<object?>)
            [
                row.Encoder, row.System, 100 * row.Probe.Top1, Interval(row.Probe), $"{row.Probe.TestUsed} of {row.Probe.TestExpected}",
                row.Parameters / 1e6, row.MultiplyAdds / 1e9, row.ClipsPerSecond, row.PeakBytes / (double)(1L << 30),
                row.Licence ?? (row.IsRandom ? "-" : "not stated"), row.Reported is { } reported ? 100 * reported : null,
                row.ReportedBy ?? "", row.Verdict,
            ])));
        report.Section("The protocol").Paragraph(protocol.Source);
        var deviations = rows.SelectMany(row => row.Probe.Deviations.Select(text => $"{row.Encoder}: {text}")).ToList();
        if (deviations.Count > 0) report.Section("Departures from the protocol").List(deviations);
        return report;
    }

    /// <summary>An interval in per cent.</summary>
    public static string Interval(ProbeResult probe) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * probe.Interval.Low:0.0} to {100 * probe.Interval.High:0.0}");
}
