using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Masking;

/// <summary>How tokens are selected by their saliency.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SaliencySelection>))]
public enum SaliencySelection
{
    /// <summary>Drawn without replacement, with probability proportional to saliency (the released code).</summary>
    Draw,

    /// <summary>The most salient ones (the paper).</summary>
    TopK,
}
