using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>What reads the frozen features.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ProbeKind>))]
public enum ProbeKind
{
    /// <summary>The mean token, normalised, and one linear layer.</summary>
    Linear,

    /// <summary>Attention pooling over the tokens and one linear layer.</summary>
    Attentive,

    /// <summary>A weighted vote of the nearest training clips by cosine similarity of the mean token.</summary>
    NearestNeighbour,
}
