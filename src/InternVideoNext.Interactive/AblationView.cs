using System.Globalization;
using InternVideoNext.Ablations;

namespace InternVideoNext.Interactive;

/// <summary>The tables of an ablation: the paper's number, ours, and the difference.</summary>
public static class AblationView
{
    /// <summary>Rows on one label: the paper's accuracy, ours (mean and standard deviation over seeds), the difference to the neighbouring row with its 95 % interval.</summary>
    /// <param name="label">The label, for the header.</param>
    /// <param name="summaries">From <see cref="AblationSummary.Of"/>, in the order shown.</param>
    public static ResultTable Rows(string label, IEnumerable<AblationSummary> summaries)
    {
        TableColumn[] columns = [$"On {label}", new TableColumn("Paper, %") { Format = "0.0" }, Right("Ours, %"), Right("Difference (95 % interval)"), "to"];
        return new ResultTable(columns, summaries.Select(s => (IReadOnlyList<object?>)
        [
            s.Row.Title,
            s.Reported,
            string.Create(CultureInfo.InvariantCulture, $"{100 * s.Mean:0.0}{(s.Values.Count > 1 ? $" ± {100 * s.Deviation:0.0}" : "")}"),
            s.ToNeighbour is { } c ? Interval(c) : null,
            s.Row.Neighbour,
        ]));
    }

    /// <summary>The paper's orderings and what the runs say of each.</summary>
    /// <param name="claims">The orderings to show.</param>
    /// <param name="results">All results.</param>
    /// <param name="protocol">The probe protocol.</param>
    public static ResultTable Claims(IEnumerable<AblationClaim> claims, IReadOnlyList<AblationResult> results, string protocol)
    {
        TableColumn[] columns =
        [
            "Claim", "On", new TableColumn("Paper's difference") { Format = "+0.0;-0.0;0.0" }, Right("Ours (95 % interval)"), "Here", "By", "Known of scale (a prototype's figures)",
        ];
        return new ResultTable(columns, claims.Select(claim =>
        {
            var (verdict, comparison) = claim.Judge(results, protocol);
            return (IReadOnlyList<object?>)[claim.Text, claim.Label, claim.Reported, comparison is null ? null : Interval(comparison), Words(verdict), comparison?.Test, claim.Scale];
        }));
    }

    /// <summary>A difference in points with its interval, for example <c>+3.1 (-1.2 to +7.0)</c>.</summary>
    public static string Interval(AblationComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return string.Create(CultureInfo.InvariantCulture,
            $"{100 * comparison.Difference:+0.0;-0.0;0.0} ({100 * comparison.Interval.Low:+0.0;-0.0;0.0} to {100 * comparison.Interval.High:+0.0;-0.0;0.0})");
    }

    /// <summary>A verdict in words.</summary>
    public static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Fails => "fails",
        Verdict.Undecided => "undecided",
        _ => "not run",
    };

    private static TableColumn Right(string header) => new(header) { Alignment = TableAlignment.Right };
}
