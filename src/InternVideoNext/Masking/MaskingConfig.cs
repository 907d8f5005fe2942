using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;

namespace InternVideoNext.Masking;

/// <summary>Which tokens a training step hides: the configuration of a masking policy.</summary>
[KindNamedBy("kind", "masking")]
public abstract record MaskingConfig
{
    /// <summary>Makes the policy for clips of <paramref name="grid"/>.</summary>
    /// <param name="grid">The tokens of a clip.</param>
    /// <exception cref="ConfigurationException">
    /// A value is out of range, or would leave nothing visible or nothing masked; the message names it.
    /// </exception>
    public abstract IMaskingPolicy Build(TokenGrid grid);

    /// <summary>Whether the policy reads the image teacher's saliency; then only Stage 1 can use it.</summary>
    [JsonIgnore]
    public virtual bool ReadsSaliency => false;

    /// <summary>Masks of a step; Stage 1 takes one.</summary>
    [JsonIgnore]
    public virtual int MasksPerStep => 1;
}
