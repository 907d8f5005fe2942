using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

// Shapes: B clips, T frames, L tokens per frame.

/// <summary>
/// Semantic masking (Stage 1): by the teacher's saliency, frame by frame. The defaults are the released code's; the paper
/// describes <see cref="SaliencySelection.TopK"/>, <see cref="SaliencyKeep.Background"/> and a ratio of 0.8.
/// </summary>
[Kind("semantic")]
public sealed record SemanticMaskingConfig : MaskingConfig
{
    /// <summary>Share of each frame's tokens to mask; L - floor(Ratio * L) stay visible.</summary>
    public double Ratio { get; init; } = 0.75;

    /// <summary>How tokens are selected.</summary>
    public SaliencySelection Selection { get; init; } = SaliencySelection.Draw;

    /// <summary>Whether the selected tokens stay visible or are hidden.</summary>
    public SaliencyKeep Keep { get; init; } = SaliencyKeep.Salient;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool ReadsSaliency => true;

    /// <inheritdoc/>
    public override SemanticMasking Build(TokenGrid grid) => new(this, grid);
}

/// <summary>Masks each frame by the saliency of its tokens.</summary>
public sealed class SemanticMasking : IMaskingPolicy
{
    // Tokens of saliency 0 come last, in random order among themselves.
    private const double SmallestSaliency = 1e-30;

    private readonly SemanticMaskingConfig _config;
    private readonly TokenGrid _grid;
    private readonly int _masked;

    internal SemanticMasking(SemanticMaskingConfig config, TokenGrid grid)
    {
        _masked = MaskRatio.MaskedCount(config.Ratio, grid.TokensPerFrame, "frame");
        _config = config;
        _grid = grid;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TokenMask> Draw(int batch, Tensor? saliency, TensorRandom random)
    {
        if (saliency is null) throw new ArgumentNullException(nameof(saliency), "Semantic masking needs the teacher's saliency.");
        Check((Tensor)saliency, batch);
        using var scope = NewDisposeScope();
        var order = _config.Selection == SaliencySelection.TopK
            ? TokenOrder.Descending((Tensor)saliency)
            : DrawOrder(saliency, random);
        return [FromOrder(batch, order).MoveToOuterDisposeScope()];
    }

    /// <summary>The mask that follows from an order in which tokens were selected.</summary>
    /// <param name="batch">B.</param>
    /// <param name="order">Each frame's tokens in order of selection, [B * T, L] int64: every row a permutation of 0 .. L - 1.</param>
    /// <exception cref="ArgumentException">The shape is wrong.</exception>
    public TokenMask FromOrder(int batch, Tensor order)
    {
        Check(order, batch);
        using var scope = NewDisposeScope();
        var selected = _config.Keep == SaliencyKeep.Salient ? _grid.TokensPerFrame - _masked : _masked;
        var (first, rest) = TokenOrder.Split(order, selected);
        var (visible, masked) = _config.Keep == SaliencyKeep.Salient ? (first, rest) : (rest, first);
        return TokenMask.FromIndices(
            TokenOrder.OverFrames(visible.view(batch, _grid.Frames, -1), _grid),
            TokenOrder.OverFrames(masked.view(batch, _grid.Frames, -1), _grid)).MoveToOuterDisposeScope();
    }

    // An exponential race: with arrival times Exp(1) / p, the order of arrival is a draw without replacement in
    // proportion to p (Efraimidis and Spirakis 2006), with no loop over draws.
    private static Tensor DrawOrder(Tensor saliency, TensorRandom random)
    {
        using var scope = NewDisposeScope();
        var weights = saliency.to(float32).clamp_min(SmallestSaliency);
        var arrivals = random.Exponential(weights.shape) / weights;
        return TokenOrder.Ascending(arrivals).MoveToOuterDisposeScope();
    }

    private void Check(Tensor perToken, int batch)
    {
        if (perToken.dim() != 2 || perToken.size(0) != (long)batch * _grid.Frames || perToken.size(1) != _grid.TokensPerFrame)
            throw new ArgumentException(
                $"Expected one row per frame and one column per token, [{(long)batch * _grid.Frames}, {_grid.TokensPerFrame}] "
                + $"for {batch} clips of {_grid}, not [{string.Join(", ", perToken.shape)}].", nameof(perToken));
    }
}

/// <summary>What stays visible under semantic masking.</summary>
public enum SaliencyKeep
{
    /// <summary>The selected, salient tokens stay visible (the released code).</summary>
    Salient,

    /// <summary>The selected, salient tokens are hidden and the background stays visible (the paper).</summary>
    Background,
}

/// <summary>How tokens are selected by their saliency.</summary>
public enum SaliencySelection
{
    /// <summary>Drawn without replacement, with probability proportional to saliency (the released code).</summary>
    Draw,

    /// <summary>The most salient ones (the paper).</summary>
    TopK,
}
