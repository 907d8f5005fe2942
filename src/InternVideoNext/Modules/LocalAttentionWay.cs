namespace InternVideoNext.Modules;

/// <summary>The ways in which <see cref="LocalAttention"/> attends within a band.</summary>
public enum LocalAttentionWay
{
    /// <summary>The band covers the sequence: plain attention.</summary>
    Everywhere,

    /// <summary>One matrix with a mask.</summary>
    MaskedMatrix,

    /// <summary>Blocks, each with its two neighbours.</summary>
    Blocks,
}
