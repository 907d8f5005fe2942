namespace InternVideoNext.Probes;

/// <summary>The hyper-parameters of one grid point; those that a protocol doesn't use are null.</summary>
public sealed record ProbeSetting
{
    /// <summary>Peak learning rate of AdamW.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Decoupled weight decay of AdamW.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>L2 strength: the objective is mean cross-entropy + l2 / 2 * |weights|^2 (the bias is free).</summary>
    public double? L2 { get; init; }

    /// <summary>Voting neighbours, k.</summary>
    public int? Neighbours { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var parts = new List<string>();
        if (LearningRate is { } rate) parts.Add(FormattableString.Invariant($"lr {rate:g}"));
        if (WeightDecay is { } decay) parts.Add(FormattableString.Invariant($"wd {decay:g}"));
        if (L2 is { } l2) parts.Add(FormattableString.Invariant($"l2 {l2:g}"));
        if (Neighbours is { } k) parts.Add(FormattableString.Invariant($"k {k}"));
        return string.Join(", ", parts);
    }
}
