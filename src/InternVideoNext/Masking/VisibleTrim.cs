using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Masking;

/// <summary>Which visible tokens a clip gives up so that all clips of a batch keep equally many.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<VisibleTrim>))]
public enum VisibleTrim
{
    /// <summary>A uniform random choice: every frame keeps its share.</summary>
    Random,

    /// <summary>The last in (t, h, w) order, as the released code does: late frames lose their tokens first.</summary>
    Released,
}
