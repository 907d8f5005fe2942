using InternVideoNext.Probes;

namespace InternVideoNext.Ablations;

/// <summary>Whose tokens a readout reads.</summary>
public enum FeatureSpace
{
    /// <summary>The encoder's, of the whole clip.</summary>
    Encoder,

    /// <summary>The predictor's output at hidden tokens: what the model believes of what it does not see.</summary>
    Predictor,
}

/// <summary>One way in which every row of a table is measured, fixed before any row is run.</summary>
/// <param name="Space">Whose tokens.</param>
/// <param name="Protocol">The probe that reads them.</param>
public sealed record AblationReadout(FeatureSpace Space, ProbeProtocol Protocol)
{
    /// <summary>The mean token of the encoder: what appearance is judged by.</summary>
    public static AblationReadout EncoderMean { get; } = new(FeatureSpace.Encoder, ProbeProtocols.Mini);

    /// <summary>The encoder's frame means side by side: what motion is judged by.</summary>
    public static AblationReadout EncoderFrames { get; } = new(FeatureSpace.Encoder, ProbeProtocols.MiniFrames);

    /// <summary>The three probes on the encoder's tokens, and on the predictor's at hidden places.</summary>
    public static IReadOnlyList<AblationReadout> Synthetic { get; } =
    [
        EncoderMean,
        EncoderFrames,
        new(FeatureSpace.Encoder, ProbeProtocols.MiniAttentive),
        new(FeatureSpace.Predictor, ProbeProtocols.Mini),
        new(FeatureSpace.Predictor, ProbeProtocols.MiniFrames),
        new(FeatureSpace.Predictor, ProbeProtocols.MiniAttentive),
    ];

    /// <summary>The name it has in results: the protocol's, behind <c>predictor/</c> for that space.</summary>
    public string Name => Space == FeatureSpace.Predictor ? $"predictor/{Protocol.Name}" : Protocol.Name;
}
