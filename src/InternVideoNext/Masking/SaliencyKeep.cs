using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Masking;

/// <summary>What stays visible under semantic masking.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<SaliencyKeep>))]
public enum SaliencyKeep
{
    /// <summary>The selected, salient tokens stay visible (the released code).</summary>
    Salient,

    /// <summary>The selected, salient tokens are hidden and the background stays visible (the paper).</summary>
    Background,
}
