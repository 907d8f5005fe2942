using static TorchSharp.torch;

namespace InternVideoNext.Masking;

/// <summary>Draws masks: a pure function of the saliency, the policy's configuration and the generator's state.</summary>
public interface IMaskingPolicy
{
    /// <summary>Draws the masks of one training step.</summary>
    /// <param name="batch">B, clips.</param>
    /// <param name="saliency">
    /// How much each token matters, [B * T, L], at least 0, clip-major. Read by semantic masking only, which works on its device.
    /// </param>
    /// <param name="generator">
    /// Source of every draw. It must be on the device of the saliency where that is read; elsewhere the masks live on the
    /// generator's device.
    /// </param>
    /// <returns>One mask of B clips, or several where the policy makes several per step. They live in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The saliency is missing where it is read, or its shape is wrong.</exception>
    IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, Generator generator);
}
