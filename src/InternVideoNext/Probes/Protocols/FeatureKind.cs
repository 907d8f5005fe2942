using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>What is kept of a clip's tokens.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FeatureKind>))]
public enum FeatureKind
{
    /// <summary>The mean of the patch tokens, [C].</summary>
    MeanToken,

    /// <summary>
    /// The mean of each frame's patch tokens, side by side in order of time, [T C]: unlike one mean it keeps the order of the frames.
    /// </summary>
    FrameMeans,

    /// <summary>All patch tokens, [N, C].</summary>
    Tokens,
}
