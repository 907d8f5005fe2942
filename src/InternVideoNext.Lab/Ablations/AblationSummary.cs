namespace InternVideoNext.Ablations;

/// <summary>A row's accuracies on one label over its seeds, beside the paper's and the neighbour's.</summary>
/// <param name="Row">The row.</param>
/// <param name="Label">The label.</param>
/// <param name="Protocol">The probe protocol.</param>
/// <param name="Values">Top-1 of every seed, 0..1.</param>
/// <param name="Reported">The paper's, in per cent; null where it has none.</param>
/// <param name="ToNeighbour">The difference to the neighbouring row; null where there is none, or no result of it.</param>
public sealed record AblationSummary(
    AblationRow Row, string Label, string Protocol, IReadOnlyList<double> Values, double? Reported, AblationComparison? ToNeighbour)
{
    /// <summary>Mean over seeds, 0..1.</summary>
    public double Mean => Values.Average();

    /// <summary>Sample standard deviation over seeds; 0 for one.</summary>
    public double Deviation => StudentT.Deviation(Values);

    /// <summary>Summarises every row that has results.</summary>
    /// <param name="results">All results, of one preset and length.</param>
    /// <param name="label">The label.</param>
    /// <param name="protocol">The protocol.</param>
    public static IReadOnlyList<AblationSummary> Of(IReadOnlyList<AblationResult> results, string label, string protocol)
    {
        var byRow = results.Where(r => r.Probe(label, protocol) is not null).GroupBy(r => r.Row)
            .ToDictionary(g => g.Key, g => g.OrderBy(r => r.Seed).ToList());
        return [.. AblationRows.All.Where(row => byRow.ContainsKey(row.Id)).Select(Summarise)];

        AblationSummary Summarise(AblationRow row)
        {
            var own = byRow[row.Id];
            var comparison = row.Neighbour is { } id && byRow.TryGetValue(id, out var other)
                ? AblationComparison.Of(own, other, label, protocol) : null;
            double? reported = label switch
            {
                AblationClaims.Appearance => row.Reported?.Appearance,
                AblationClaims.Motion => row.Reported?.Motion,
                _ => null,
            };
            return new AblationSummary(
                row, label, protocol, [.. own.Select(r => r.Probe(label, protocol)!.Result.Top1)], reported, comparison);
        }
    }
}
