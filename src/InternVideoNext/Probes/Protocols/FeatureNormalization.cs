namespace InternVideoNext.Probes;

/// <summary>
/// What happens to a pooled feature before the linear layer. None has learned parameters: the layer behind would absorb them.
/// </summary>
public enum FeatureNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Mean 0 and standard deviation 1 per channel, by the statistics of all training rows.</summary>
    Standardize,

    /// <summary>
    /// Batch normalisation: statistics of the mini-batch in training, their running average (momentum 0.1) afterwards. Needs
    /// <see cref="ProbeSolver.Adamw"/>.
    /// </summary>
    BatchNorm,

    /// <summary>Mean 0 and variance 1 over the channels of each row (eps 1e-5).</summary>
    LayerNorm,
}
