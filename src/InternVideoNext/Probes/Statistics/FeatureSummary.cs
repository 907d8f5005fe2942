namespace InternVideoNext.Probes;

/// <summary>How alive features are. A collapsed encoder has a deviation near 0, a rank near 1 and a cosine near 1.</summary>
/// <param name="Deviation">Standard deviation over rows, averaged over channels, in the features' units.</param>
/// <param name="EffectiveRank">
/// exp of the entropy of the normalised singular values of the centred features, 1..min(n, D); 0 if all rows are the same.
/// </param>
/// <param name="MeanCosine">Mean cosine similarity of two different rows, -1..1.</param>
/// <param name="Rows">Rows measured.</param>
public sealed record FeatureSummary(double Deviation, double EffectiveRank, double MeanCosine, int Rows);
