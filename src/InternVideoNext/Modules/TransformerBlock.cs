using InternVideoNext.Foundation;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, N tokens, C width

/// <summary>
/// A pre-norm transformer block: x += dropPath(ls1 * attn(norm1(x))); x += dropPath(ls2 * mlp(norm2(x))).
/// </summary>
public sealed class TransformerBlock : Module<Tensor, TensorRandom?, Tensor>
{
    private readonly double _dropPath;
    [ComponentName(Name = "norm1")] private readonly RmsNorm _attentionNorm;
    [ComponentName(Name = "attn")] private readonly SelfAttention _attention;
    [ComponentName(Name = "ls1")] private readonly LayerScale? _attentionScale;
    [ComponentName(Name = "norm2")] private readonly RmsNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;
    [ComponentName(Name = "ls2")] private readonly LayerScale? _mlpScale;

    /// <summary>Truncated normal weights; the output projections of both branches divided by sqrt(2 i).</summary>
    /// <param name="options">Sizes and rates.</param>
    /// <param name="block">i - 1, the index of this block in its stack, from 0.</param>
    /// <param name="generator">Source of the draws.</param>
    public TransformerBlock(TransformerBlockOptions options, int block, Generator generator)
        : base(nameof(TransformerBlock))
    {
        _dropPath = options.DropPath;
        _attentionNorm = new RmsNorm(options.Width, options.NormEps);
        _attention = new SelfAttention(options.Width, options.Heads, options.InitStd, generator, options.NormEps);
        _mlpNorm = new RmsNorm(options.Width, options.NormEps);
        _mlp = new Mlp(options.Width, options.Hidden, options.Gelu, options.InitStd, generator);
        if (options.LayerScaleInit is { } initial)
        {
            _attentionScale = new LayerScale(options.Width, initial);
            _mlpScale = new LayerScale(options.Width, initial);
        }

        WeightInitialization.RescaleResidual(_attention.OutputWeight, block + 1);
        WeightInitialization.RescaleResidual(_mlp.OutputWeight, block + 1);
        RegisterComponents();
    }

    /// <summary>Sets the output projections of both branches to zero: the block starts as the identity.</summary>
    public void ZeroResidualOutputs()
    {
        WeightInitialization.Fill(_attention.OutputWeight, 0);
        WeightInitialization.Fill(_mlp.OutputWeight, 0);
    }

    /// <summary>Applies both branches.</summary>
    /// <param name="input">[B, N, C].</param>
    /// <param name="dropPath">Draws which clips skip a branch; null skips none.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input, TensorRandom? dropPath)
    {
        using var scope = NewDisposeScope();
        var attended = Add(input, _attentionScale, _attention.call(_attentionNorm.forward(input)), dropPath);
        return Add(attended, _mlpScale, _mlp.call(_mlpNorm.forward(attended)), dropPath).MoveToOuterDisposeScope();
    }

    private Tensor Add(Tensor stream, LayerScale? scale, Tensor branch, TensorRandom? dropPath)
    {
        var kept = DropPath.Apply(branch, _dropPath, dropPath);
        return scale is null ? stream + kept : scale.forward(stream, kept);
    }
}

/// <summary>Sizes and rates of one <see cref="TransformerBlock"/>.</summary>
/// <param name="Width">C, a multiple of <paramref name="Heads"/>.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Hidden">Width inside the MLP.</param>
/// <param name="Gelu">Form of the activation.</param>
/// <param name="LayerScaleInit">First value of the layer scales; null leaves them out.</param>
/// <param name="DropPath">Probability that a clip skips a branch, used only when a generator is passed.</param>
/// <param name="InitStd">Standard deviation of the weights.</param>
/// <param name="NormEps">Added to the mean square by every RMSNorm.</param>
public sealed record TransformerBlockOptions(
    int Width, int Heads, int Hidden, GeluKind Gelu, double? LayerScaleInit, double DropPath, double InitStd, double NormEps = 1e-6);
