using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

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

/// <summary>Draws masks: a pure function of the saliency, the policy's configuration and the random source's state.</summary>
public interface IMaskingPolicy
{
    /// <summary>Draws the masks of one training step.</summary>
    /// <param name="batch">B, clips.</param>
    /// <param name="saliency">
    /// How much each token matters, [B * T, L], at least 0, clip-major. Read by semantic masking only, which works on its device.
    /// </param>
    /// <param name="random">
    /// Source of every draw. It must be on the device of the saliency where that is read; elsewhere the masks live on the
    /// source's device.
    /// </param>
    /// <returns>One mask of B clips, or several where the policy makes several per step. They live in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The saliency is missing where it is read, or its shape is wrong.</exception>
    IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random);
}
