using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

/// <summary>Tube masking: a uniformly random choice of positions, the same in every frame of a clip.</summary>
[Kind("tube")]
public sealed record TubeMaskingConfig : MaskingConfig
{
    /// <summary>Share of the positions to mask; L - floor(Ratio * L) stay visible.</summary>
    public double Ratio { get; init; } = 0.75;

    /// <inheritdoc/>
    public override TubeMasking Build(TokenGrid grid) => new(this, grid);
}

/// <summary>Masks the same random positions in every frame of a clip; reads no saliency.</summary>
public sealed class TubeMasking : IMaskingPolicy
{
    private readonly TokenGrid _grid;
    private readonly int _masked;

    internal TubeMasking(TubeMaskingConfig config, TokenGrid grid)
    {
        _masked = MaskRatio.MaskedCount(config.Ratio, grid.TokensPerFrame, "frame");
        _grid = grid;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        var (masked, visible) = TokenOrder.Split(TokenOrder.Random(batch, _grid.TokensPerFrame, random), _masked);
        return
        [
            TokenMask.FromIndices(
                TokenOrder.OverFrames(visible.unsqueeze(1), _grid),
                TokenOrder.OverFrames(masked.unsqueeze(1), _grid)).MoveToOuterDisposeScope(),
        ];
    }
}
