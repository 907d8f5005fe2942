using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Masking;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>A clip with its masked tokens drawn over the frames.</summary>
public sealed class MaskStrip : FramesView
{
    private readonly FrameStack _frames;
    private readonly bool[] _masked;
    private readonly TokenGrid _grid;

    /// <summary>A clip and its mask.</summary>
    /// <param name="clip">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="mask">[N] bool, true = masked, N the grid's tokens in (t, h, w) order.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit.</exception>
    public MaskStrip(Tensor clip, Tensor mask, TokenGrid grid)
    {
        _frames = FrameStack.FromClip(clip);
        _masked = MaskPainter.Read(mask, grid);
        _grid = grid;
        _ = new PatchMap(_frames, grid);
    }

    /// <summary>How masked patches are drawn.</summary>
    public MaskStyle Style { get; init; } = MaskStyle.Dim;

    private protected override string Legend =>
        FormattableString.Invariant($"{_masked.Count(masked => masked)} of {_masked.Length} tokens are masked.");

    private protected override IReadOnlyList<FrameRow> Rows() => [new("", MaskPainter.Draw(_frames, _masked, _grid, Style))];
}
