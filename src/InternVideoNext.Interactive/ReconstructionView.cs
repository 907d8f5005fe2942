using InternVideoNext.Interactive.Rendering;
using InternVideoNext.Masking;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>Three rows that line up: the original clip, what the encoder saw of it, and the decoder's pixels.</summary>
public sealed class ReconstructionView : FramesView
{
    private readonly FrameStack _original;
    private readonly FrameStack _reconstruction;
    private readonly bool[] _masked;
    private readonly TokenGrid _grid;

    /// <summary>A clip, its mask and its reconstruction.</summary>
    /// <param name="original">[3, T, H, W], ImageNet-normalised; T, H and W are multiples of the grid's sizes.</param>
    /// <param name="reconstruction">The same shape and normalisation; read at masked patches only unless <see cref="KeepVisible"/> is false.</param>
    /// <param name="mask">[N] bool, true = masked.</param>
    /// <param name="grid">The tokens of the clip.</param>
    /// <exception cref="ArgumentException">A shape or type does not fit.</exception>
    public ReconstructionView(Tensor original, Tensor reconstruction, Tensor mask, TokenGrid grid)
    {
        _original = FrameStack.FromClip(original, nameof(original));
        _reconstruction = FrameStack.FromClip(reconstruction, nameof(reconstruction));
        if (!original.shape.SequenceEqual(reconstruction.shape))
            throw new ArgumentException(
                $"reconstruction has shape [{string.Join(", ", reconstruction.shape)}], the original [{string.Join(", ", original.shape)}]; they must agree.",
                nameof(reconstruction));
        _masked = MaskPainter.Read(mask, grid);
        _grid = grid;
        _ = new PatchMap(_original, grid);
    }

    /// <summary>Whether visible patches of the third row come from the original. True by default: decoders predict masked patches.</summary>
    public bool KeepVisible { get; init; } = true;

    /// <summary>Label of the third row.</summary>
    public string Label { get; init; } = "Reconstruction";

    private protected override IReadOnlyList<FrameRow> Rows() =>
    [
        new("Original", _original),
        new("Masked input", MaskPainter.Draw(_original, _masked, _grid, MaskStyle.Hide)),
        new(Label, KeepVisible ? MaskPainter.Fill(_original, _reconstruction, _masked, _grid) : _reconstruction),
    ];
}
