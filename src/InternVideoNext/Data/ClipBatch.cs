using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>A batch of clips, ready for the model. The holder disposes it.</summary>
/// <param name="Video">[B, 3, T, H, W] float32 on the CPU, ImageNet mean/std normalised, outside every dispose scope.</param>
/// <param name="Entries">For each clip, the index of its entry in the manifest.</param>
public sealed record ClipBatch(Tensor Video, IReadOnlyList<int> Entries) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Video.Dispose();
}
