using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>Rows that line up: the original clip, what the encoder saw of it, and the decoder's pixels, once or in several ways.</summary>
public sealed class ReconstructionView : FramesView
{
    private readonly FrameStack _original;
    private readonly IReadOnlyList<(string? Label, FrameStack Frames)> _reconstructions;
    private readonly bool[] _masked;
    private readonly TokenGrid _grid;

    /// <summary>A clip, its mask and its reconstruction.</summary>
    /// <param name="original">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="reconstruction">
    /// The same shape and normalisation; read at masked patches only unless <see cref="KeepVisible"/> is false.
    /// </param>
    /// <param name="mask">[N] bool, true = masked.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit.</exception>
    public ReconstructionView(Tensor original, Tensor reconstruction, Tensor mask, TokenGrid grid)
        : this(original, [Read(original, reconstruction, nameof(reconstruction), label: null)], mask, grid)
    {
    }

    /// <summary>A clip, its mask and several reconstructions, a row for each.</summary>
    /// <param name="original">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="reconstructions">At least one: what to call it, and its pixels as in the other constructor.</param>
    /// <param name="mask">[N] bool, true = masked.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit, or there is no reconstruction.</exception>
    public ReconstructionView(
        Tensor original, IEnumerable<(string Label, Tensor Reconstruction)> reconstructions, Tensor mask, TokenGrid grid)
        : this(original, [.. reconstructions.Select(r => Read(original, r.Reconstruction, r.Label, r.Label))], mask, grid)
    {
    }

    private ReconstructionView(Tensor original, IReadOnlyList<(string?, FrameStack)> reconstructions, Tensor mask, TokenGrid grid)
    {
        if (reconstructions.Count == 0)
            throw new ArgumentException("There is no reconstruction to draw; give at least one.", nameof(reconstructions));
        _original = FrameStack.FromClip(original, nameof(original));
        _reconstructions = reconstructions;
        _masked = MaskPainter.Read(mask, grid);
        _grid = grid;
        _ = new PatchMap(_original, grid);
    }

    /// <summary>
    /// Whether visible patches of a reconstruction's row come from the original. True by default: decoders predict masked patches.
    /// </summary>
    public bool KeepVisible { get; init; } = true;

    /// <summary>Label of the row of a reconstruction that was given without one.</summary>
    public string Label { get; init; } = "Reconstruction";

    private protected override IReadOnlyList<FrameRow> Rows() =>
    [
        new("Original", _original),
        new("Masked input", MaskPainter.Draw(_original, _masked, _grid, MaskStyle.Hide)),
        .. _reconstructions.Select(r =>
            new FrameRow(r.Label ?? Label, KeepVisible ? MaskPainter.Fill(_original, r.Frames, _masked, _grid) : r.Frames)),
    ];

    private static (string? Label, FrameStack Frames) Read(Tensor original, Tensor reconstruction, string name, string? label)
    {
        ArgumentNullException.ThrowIfNull(original);
        var frames = FrameStack.FromClip(reconstruction, name);
        if (!original.shape.SequenceEqual(reconstruction.shape))
            throw new ArgumentException(
                $"{name} has shape [{string.Join(", ", reconstruction.shape)}], the original [{string.Join(", ", original.shape)}]; "
                + "they must agree.", nameof(reconstruction));
        return (label, frames);
    }
}
