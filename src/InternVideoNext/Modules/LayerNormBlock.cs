using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

/// <summary>Sizes and form of one <see cref="LayerNormBlock"/>.</summary>
/// <param name="Width">C, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Hidden">Width inside the MLP.</param>
/// <param name="NormEps">Added to the variance by every LayerNorm.</param>
/// <param name="Gelu">Form of the activation.</param>
/// <param name="Bias">Which of the attention's input projections have a bias.</param>
/// <param name="ScoreCap">Largest absolute attention score; null caps none.</param>
/// <param name="UnitOffset">Whether a norm's stored gain g means 1 + g.</param>
/// <param name="LayerScale">Whether both branches have a <see cref="LayerScale"/>, which starts at 1.</param>
public sealed record LayerNormBlockOptions(
    int Width, int Heads, int Hidden, double NormEps, GeluKind Gelu = GeluKind.Exact, AttentionBias Bias = AttentionBias.All,
    double? ScoreCap = null, bool UnitOffset = false, bool LayerScale = false)
{
    /// <summary>A norm of this form.</summary>
    internal Module<Tensor, Tensor> Norm() =>
        UnitOffset ? new UnitOffsetLayerNorm(Width, NormEps) : Layers.LayerNorm(Width, NormEps);
}

// Shapes: B batch, N tokens, C width

/// <summary>
/// The pre-norm block of plain vision transformers (Dosovitskiy et al. 2021): x += ls1 * attn(norm1(x)); x += ls2 * mlp(norm2(x)).
/// </summary>
public sealed class LayerNormBlock : Module<Tensor, AxialRotaryEmbedding?, Tensor>
{
    private const double InitStd = 0.02;

    [ComponentName(Name = "norm1")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "attn")] private readonly MultiHeadAttention _attention;
    [ComponentName(Name = "ls1")] private readonly LayerScale? _attentionScale;
    [ComponentName(Name = "norm2")] private readonly Module<Tensor, Tensor> _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;
    [ComponentName(Name = "ls2")] private readonly LayerScale? _mlpScale;

    /// <summary>Truncated normal weights of deviation 0.02, zero biases.</summary>
    /// <param name="options">Sizes and form.</param>
    /// <param name="generator">Source of the draws.</param>
    public LayerNormBlock(LayerNormBlockOptions options, Generator generator)
        : base(nameof(LayerNormBlock))
    {
        _attentionNorm = options.Norm();
        _attention = new MultiHeadAttention(options.Width, options.Heads, options.Bias, options.ScoreCap, InitStd, generator);
        _mlpNorm = options.Norm();
        _mlp = new Mlp(options.Width, options.Hidden, options.Gelu, InitStd, generator);
        if (options.LayerScale)
        {
            _attentionScale = new LayerScale(options.Width, 1);
            _mlpScale = new LayerScale(options.Width, 1);
        }

        RegisterComponents();
    }

    /// <summary>Applies both branches.</summary>
    /// <param name="input">[B, N, C].</param>
    /// <param name="positions">How queries and keys turn; null: not at all.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input, AxialRotaryEmbedding? positions)
    {
        using var scope = NewDisposeScope();
        var attended = Add(input, _attentionScale, _attention.call(_attentionNorm.call(input), positions));
        return Add(attended, _mlpScale, _mlp.call(_mlpNorm.call(attended))).MoveToOuterDisposeScope();
    }

    private static Tensor Add(Tensor stream, LayerScale? scale, Tensor branch) =>
        scale is null ? stream + branch : scale.forward(stream, branch);
}
