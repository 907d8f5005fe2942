using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>The tables of an ablation: the paper's number, ours, and the difference.</summary>
public static class AblationView
{
    /// <summary>
    /// Rows on one label: the paper's accuracy, ours (mean and standard deviation over seeds), the difference to the neighbouring row with
    /// its 95 % interval.
    /// </summary>
    /// <param name="label">The label, for the header.</param>
    /// <param name="summaries">From <see cref="AblationSummary.Of"/>, in the order shown.</param>
    public static ResultTable Rows(string label, IEnumerable<AblationSummary> summaries)
    {
        TableColumn[] columns = [
            $"On {label}", new TableColumn("Paper, %") { Format = "0.0" }, Right("Ours, %"), Right("Difference (95 % interval)"), "to"];
        return new ResultTable(columns, summaries.Select(s => (IReadOnlyList<object?>)
        [
            s.Row.Title,
            s.Reported,
            Percent(s.Values),
            s.ToNeighbour is { } c ? Interval(c) : null,
            s.Row.Neighbour,
        ]));
    }

    /// <summary>
    /// Every readout of every row, side by side: top-1 in per cent, mean and standard deviation over seeds. Bold is a column's best row
    /// that is no bound, if it is better than each row below it by the 95 % interval of the difference
    /// (<see cref="AblationComparison.Of"/>).
    /// </summary>
    /// <param name="results">All results.</param>
    /// <param name="readouts">Names (<see cref="AblationReadout.Name"/>), in the order shown.</param>
    /// <param name="labels">The labels, in the order shown.</param>
    public static ResultTable Readouts(IReadOnlyList<AblationResult> results, IReadOnlyList<string> readouts, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(results);
        var columns = labels.SelectMany(label => readouts.Select(readout => (Label: label, Readout: readout))).ToList();
        var cells = columns.Select(column => Accuracies(results, column.Label, column.Readout)).ToList();
        var chances = labels.Select(label => Chance(results, label)).OfType<string>();
        return new ResultTable(
            ["Row", .. columns.Select(c => Right(labels.Count == 1 ? Words(c.Readout) : $"{c.Label}, {Words(c.Readout)}"))],
            RowsOf(results).Select(row => (IReadOnlyList<object?>)[row.Title, .. cells.Select(column => column.GetValueOrDefault(row.Id))]))
        {
            Caption = $"Top-1 % on held-out clips. Chance: {string.Join(", ", chances)}.",
            Footnotes = ["Bold: the best row that is no bound, where the 95 % interval of its lead over every row below it lies above 0."],
        };
    }

    /// <summary>Where the actor is believed to be behind the mask: mean and standard deviation over seeds.</summary>
    /// <param name="results">All results; rows without a predictor are left out.</param>
    public static ResultTable Places(IReadOnlyList<AblationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        TableColumn[] columns =
        [
            "Row", Right("Top-1 %"), Right("Top-1 %, nothing of it seen"), Right("Blind baseline %"), Right("Chance %"),
            Right("Mean distance, cells"), Right("Frames (nothing seen)"),
        ];
        var measured = results.Where(r => r.Place is not null).ToList();
        return new ResultTable(columns, RowsOf(measured).Select(row =>
        {
            var places = measured.Where(r => r.Row == row.Id).Select(r => r.Place!).ToList();
            return (IReadOnlyList<object?>)
            [
                row.Title,
                Percent([.. places.Select(p => p.Top1)]),
                Percent([.. places.Select(p => p.UnseenTop1).OfType<double>()]),
                Percent([.. places.Select(p => p.BlindTop1)]),
                Percent([.. places.Select(p => p.Chance)]),
                Spread([.. places.Select(p => p.MeanDistance)], "0.00"),
                string.Create(CultureInfo.InvariantCulture, $"{places.Average(p => p.Frames):0} ({places.Average(p => p.UnseenFrames):0})"),
            ];
        }))
        {
            Caption = "The actor behind the mask: the hidden cell of a frame that its centre lies in",
            Footnotes =
            [
                "Nothing of it seen: no visible cell of the frame shows any of the actor; its place follows from other frames alone.",
                "Blind baseline: the same probe on the mean output for clips of the same classes at the same place, not the clip's own.",
            ],
        };
    }

    /// <summary>
    /// Shares in per cent, for example <c>61.2 ± 0.8</c>: mean and, of several, the standard deviation. Null where there is none.
    /// </summary>
    /// <param name="shares">0 to 1, one a seed.</param>
    public static string? Percent(IReadOnlyList<double> shares) => Spread([.. shares.Select(share => 100 * share)], "0.0");

    /// <summary>The paper's orderings and what the runs say of each.</summary>
    /// <param name="claims">The orderings to show.</param>
    /// <param name="results">All results.</param>
    /// <param name="readoutFor">The readout that a label's verdicts are taken on (<see cref="AblationSettings.ReadoutFor"/>).</param>
    public static ResultTable Claims(
        IEnumerable<AblationClaim> claims, IReadOnlyList<AblationResult> results, Func<string, string> readoutFor)
    {
        TableColumn[] columns =
        [
            "Claim", "On", new TableColumn("Paper's difference") { Format = "+0.0;-0.0;0.0" }, Right("Ours (95 % interval)"), "Here", "By",
        ];
        return new ResultTable(columns, claims.Select(claim =>
        {
            var (verdict, comparison) = claim.Judge(results, readoutFor(claim.Label));
            return (IReadOnlyList<object?>)[claim.Text, claim.Label, claim.Reported, comparison is null ? null : Interval(comparison),
                Words(verdict), comparison?.Test];
        }));
    }

    /// <summary>
    /// A difference in points with its interval, for example <c>+3.1 (-1.2 to +7.0)</c>; without one where there is one seed.
    /// </summary>
    public static string Interval(AblationComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var interval = comparison.Interval is { } i
            ? string.Create(CultureInfo.InvariantCulture, $" ({100 * i.Low:+0.0;-0.0;0.0} to {100 * i.High:+0.0;-0.0;0.0})") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{100 * comparison.Difference:+0.0;-0.0;0.0}{interval}");
    }

    /// <summary>A verdict in words.</summary>
    public static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Fails => "fails",
        Verdict.Undecided => "undecided",
        Verdict.TooFewSeeds => "too few seeds",
        _ => "not run",
    };

    private static Dictionary<string, object> Accuracies(IReadOnlyList<AblationResult> results, string label, string readout)
    {
        var summaries = AblationSummary.Of(results, label, readout);
        var best = summaries.Where(s => s.Row.Table != AblationTable.Bounds).MaxBy(s => s.Mean);
        var below = summaries.Where(s => s != best && (s.Row.Table != AblationTable.Bounds || s.Mean < best?.Mean)).ToList();
        var leads = below.Count > 0
            && below.TrueForAll(s => AblationComparison.Of(Of(best!), Of(s), label, readout) is { FirstIsBetter: true });
        return summaries.ToDictionary(
            s => s.Row.Id, object (s) => leads && s == best ? new StrongText(Percent(s.Values)!) : Percent(s.Values)!);

        List<AblationResult> Of(AblationSummary summary) => [.. results.Where(r => r.Row == summary.Row.Id)];
    }

    private static string? Spread(IReadOnlyList<double> values, string format)
    {
        if (values.Count == 0) return null;
        var mean = values.Average().ToString(format, CultureInfo.InvariantCulture);
        return values.Count == 1 ? mean : $"{mean} ± {StudentT.Deviation(values).ToString(format, CultureInfo.InvariantCulture)}";
    }

    private static string? Chance(IReadOnlyList<AblationResult> results, string label)
    {
        var probe = results.SelectMany(r => r.Probes).FirstOrDefault(p => p.Result.Label == label);
        return probe is null ? null : string.Create(CultureInfo.InvariantCulture, $"{label} {100 * probe.Result.Chance:0.##} %");
    }

    private static IEnumerable<AblationRow> RowsOf(IReadOnlyList<AblationResult> results) =>
        AblationRows.All.Where(row => results.Any(r => r.Row == row.Id));

    private static string Words(string readout) =>
        readout.Split('/') is [var space, var protocol] ? $"{space}, {protocol}" : $"encoder, {readout}";

    private static TableColumn Right(string header) => new(header) { Alignment = TableAlignment.Right };
}
