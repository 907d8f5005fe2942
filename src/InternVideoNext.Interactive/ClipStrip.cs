using InternVideoNext.Interactive.Rendering;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>A clip as a strip of frames.</summary>
/// <param name="clip">[3, T, H, W], ImageNet-normalised, any device; neither changed nor disposed.</param>
/// <exception cref="ArgumentException"><paramref name="clip"/> has another shape.</exception>
public sealed class ClipStrip(Tensor clip) : FramesView
{
    private readonly FrameStack _frames = FrameStack.FromClip(clip);

    private protected override IReadOnlyList<FrameRow> Rows() => [new("", _frames)];
}
