using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: F images, L patches, D width

/// <summary>One SigLIP2 layer: x += self_attn(layer_norm1(x)); x += mlp(layer_norm2(x)).</summary>
internal sealed class SiglipLayer : Module<Tensor, Tensor>
{
    [ComponentName(Name = "layer_norm1")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "self_attn")] private readonly SiglipAttention _attention;
    [ComponentName(Name = "layer_norm2")] private readonly LayerNorm _mlpNorm;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;

    public SiglipLayer(SiglipConfig config, Generator generator)
        : base(nameof(SiglipLayer))
    {
        _attentionNorm = Layers.LayerNorm(config.Width, config.Eps);
        _attention = new SiglipAttention(config, generator);
        _mlpNorm = Layers.LayerNorm(config.Width, config.Eps);
        _mlp = SiglipMlp.Create(config, generator);
        RegisterComponents();
    }

    // [F, L, D] -> [F, L, D]
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var attended = input + _attention.call(_attentionNorm.forward(input));
        return (attended + _mlp.call(_mlpNorm.forward(attended))).MoveToOuterDisposeScope();
    }
}
