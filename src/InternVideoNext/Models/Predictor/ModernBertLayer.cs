using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, N sequence, Cp width

/// <summary>
/// One ModernBERT layer: x += attn(attn_norm(x)); x += mlp(mlp_norm(x)). No biases anywhere. Layer 0 of the full model has
/// no <c>attn_norm</c>, because the embedding is normalised already.
/// </summary>
public sealed class ModernBertLayer : Module<Tensor, RotaryEmbedding, LocalAttention?, Tensor>
{
    [ComponentName(Name = "attn_norm")] private readonly LayerNorm? _attentionNorm;
    [ComponentName(Name = "attn")] private readonly ModernBertAttention _attention;
    [ComponentName(Name = "mlp_norm")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly GatedMlp _mlp;

    internal ModernBertLayer(ModernBertPredictorConfig config, int layerId, Generator generator)
        : base(nameof(ModernBertLayer))
    {
        // As ModernBERT starts its own: output projections smaller by sqrt(2 layers), or zero.
        var outputStd = config.Initialization == PredictorInitialization.Zero
            ? 0
            : config.InitStd / Math.Sqrt(2.0 * config.LayerIds.Count);
        if (layerId != 0) _attentionNorm = Layers.LayerNorm(config.Width, config.NormEps, bias: false);
        _attention = new ModernBertAttention(config.Width, config.Heads, config.InitStd, outputStd, generator);
        _mlpNorm = Layers.LayerNorm(config.Width, config.NormEps, bias: false);
        _mlp = new GatedMlp(config.Width, config.Intermediate, config.InitStd, outputStd, generator);
        RegisterComponents();
    }

    /// <summary>Applies both branches.</summary>
    /// <param name="input">[B, N, Cp].</param>
    /// <param name="rotary">Tables of length N for this layer's kind of attention.</param>
    /// <param name="window">The band of a local layer; null attends globally.</param>
    /// <returns>[B, N, Cp].</returns>
    public override Tensor forward(Tensor input, RotaryEmbedding rotary, LocalAttention? window)
    {
        using var scope = NewDisposeScope();
        var normed = _attentionNorm is null ? input : _attentionNorm.forward(input);
        var attended = input + _attention.call(normed, rotary, window);
        return (attended + _mlp.call(_mlpNorm.forward(attended))).MoveToOuterDisposeScope();
    }
}
