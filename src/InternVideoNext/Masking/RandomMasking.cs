using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

/// <summary>Uniformly random masking over all tokens of a clip.</summary>
[Kind("random")]
public sealed record RandomMaskingConfig : MaskingConfig
{
    /// <summary>Share of each clip's tokens to mask; N - floor(Ratio * N) stay visible.</summary>
    public double Ratio { get; init; } = 0.75;

    /// <inheritdoc/>
    public override RandomMasking Build(TokenGrid grid) => new(this, grid);
}

/// <summary>Masks a uniformly random choice of each clip's tokens; reads no saliency.</summary>
public sealed class RandomMasking : IMaskingPolicy
{
    private readonly TokenGrid _grid;
    private readonly int _masked;

    internal RandomMasking(RandomMaskingConfig config, TokenGrid grid)
    {
        _masked = MaskRatio.MaskedCount(config.Ratio, grid.Tokens, "clip");
        _grid = grid;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        var (masked, visible) = TokenOrder.Split(TokenOrder.Random(batch, _grid.Tokens, random), _masked);
        return [TokenMask.FromIndices(visible, masked).MoveToOuterDisposeScope()];
    }
}
