using System.Text.Json.Serialization;

namespace InternVideoNext.Probes;

/// <summary>The hyper-parameters that are tried: every combination of the lists that are not empty.</summary>
public sealed record ProbeGrid
{
    /// <summary>Peak learning rates (AdamW).</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [];

    /// <summary>Weight decays (AdamW); none means 0.</summary>
    public IReadOnlyList<double> WeightDecays { get; init; } = [];

    /// <summary>L2 strengths (L-BFGS).</summary>
    public IReadOnlyList<double> L2 { get; init; } = [];

    /// <summary>Numbers of neighbours.</summary>
    public IReadOnlyList<int> Neighbours { get; init; } = [];

    /// <summary>The points, learning rate outermost.</summary>
    [JsonIgnore]
    public IReadOnlyList<ProbeSetting> Points =>
    [
        .. from rate in OrNull(LearningRates)
           from decay in OrNull(WeightDecays)
           from l2 in OrNull(L2)
           from neighbours in OrNull(Neighbours)
           select new ProbeSetting { LearningRate = rate, WeightDecay = decay, L2 = l2, Neighbours = neighbours },
    ];

    private static IEnumerable<T?> OrNull<T>(IReadOnlyList<T> values) where T : struct =>
        values.Count == 0 ? [null] : values.Select(value => (T?)value);
}
