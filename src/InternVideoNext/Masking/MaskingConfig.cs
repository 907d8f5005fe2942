using System.Text.Json.Serialization;
using InternVideoNext.Configuration;

namespace InternVideoNext.Masking;

/// <summary>Which tokens a training step hides: the configuration of a masking policy.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SemanticMaskingConfig), "semantic")]
[JsonDerivedType(typeof(RandomMaskingConfig), "random")]
[JsonDerivedType(typeof(TubeMaskingConfig), "tube")]
[JsonDerivedType(typeof(MultiBlockMaskingConfig), "multi_block")]
public abstract record MaskingConfig
{
    /// <summary>Makes the policy for clips of <paramref name="grid"/>.</summary>
    /// <param name="grid">The tokens of a clip.</param>
    /// <exception cref="ConfigurationException">A value is out of range, or would leave nothing visible or nothing masked; the message names it.</exception>
    public abstract IMaskingPolicy Build(TokenGrid grid);
}
