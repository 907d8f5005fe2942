using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>A clip with its masked tokens drawn over the frames; under several policies, a row for each.</summary>
public sealed class MaskStrip : FramesView
{
    private readonly FrameStack _frames;
    private readonly IReadOnlyList<(string Label, bool[] Masked)> _masks;
    private readonly TokenGrid _grid;

    /// <summary>A clip and its mask.</summary>
    /// <param name="clip">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="mask">[N] bool, true = masked, N the grid's tokens in (t, h, w) order.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit.</exception>
    public MaskStrip(Tensor clip, Tensor mask, TokenGrid grid)
        : this(clip, [("", mask)], grid)
    {
    }

    /// <summary>A clip under several masks, in rows that line up.</summary>
    /// <param name="clip">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="masks">At least one: what to call it, for example its policy, and the mask, [N] bool, true = masked.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit, or there is no mask.</exception>
    public MaskStrip(Tensor clip, IEnumerable<(string Label, Tensor Mask)> masks, TokenGrid grid)
    {
        _frames = FrameStack.FromClip(clip);
        _masks = [.. masks.Select(mask => (mask.Label, MaskPainter.Read(mask.Mask, grid)))];
        if (_masks.Count == 0) throw new ArgumentException("There is no mask to draw; give at least one.", nameof(masks));
        _grid = grid;
        _ = new PatchMap(_frames, grid);
    }

    /// <summary>How masked patches are drawn.</summary>
    public MaskStyle Style { get; init; } = MaskStyle.Dim;

    private protected override string Legend
    {
        get
        {
            var counts = _masks.Select(mask => $"{(mask.Label.Length > 0 ? mask.Label + ": " : "")}{mask.Masked.Count(masked => masked)}");
            return $"{string.Join("; ", counts)} of {_grid.Tokens} tokens are masked.";
        }
    }

    private protected override IReadOnlyList<FrameRow> Rows() =>
        [.. _masks.Select(mask => new FrameRow(mask.Label, MaskPainter.Draw(_frames, mask.Masked, _grid, Style)))];
}

/// <summary>How masked patches are drawn.</summary>
public enum MaskStyle
{
    /// <summary>Darkened and hatched: the content can still be made out.</summary>
    Dim,

    /// <summary>Flat grey: what the encoder does not get.</summary>
    Hide,
}
