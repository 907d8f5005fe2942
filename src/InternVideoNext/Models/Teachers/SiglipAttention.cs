using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: F images, L patches, D width, H heads, E head width (D = H E)

/// <summary>Multi-head self-attention of SigLIP2: separate projections with biases, fused attention.</summary>
internal sealed class SiglipAttention : Module<Tensor, Tensor>
{
    private readonly long _heads;
    [ComponentName(Name = "q_proj")] private readonly Linear _query;
    [ComponentName(Name = "k_proj")] private readonly Linear _key;
    [ComponentName(Name = "v_proj")] private readonly Linear _value;
    [ComponentName(Name = "out_proj")] private readonly Linear _output;

    public SiglipAttention(SiglipConfig config, Generator generator)
        : base(nameof(SiglipAttention))
    {
        _heads = config.Heads;
        _query = Projection(config, generator);
        _key = Projection(config, generator);
        _value = Projection(config, generator);
        _output = Projection(config, generator);
        RegisterComponents();
    }

    // [F, L, D] -> [F, L, D]
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var mixed = functional.scaled_dot_product_attention(
            Split(_query.forward(input)), Split(_key.forward(input)), Split(_value.forward(input)), p: 0); // [F, H, L, E]
        return _output.forward(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    private static Linear Projection(SiglipConfig config, Generator generator)
    {
        var layer = Layers.Linear(config.Width, config.Width, bias: true, std: 0, generator);
        WeightInitialization.XavierUniform(layer.weight!, generator);
        return layer;
    }

    private Tensor Split(Tensor x) => x.unflatten(2, [_heads, x.size(2) / _heads]).transpose(1, 2); // [F, H, L, E]
}
