namespace InternVideoNext.Probes;

/// <summary>What is kept of a clip's tokens.</summary>
public enum FeatureKind
{
    /// <summary>The mean of the patch tokens, [C].</summary>
    MeanToken,

    /// <summary>All patch tokens, [N, C].</summary>
    Tokens,
}
