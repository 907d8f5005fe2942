using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: F images, L patches, D width, H heads, E head width (D = H E)

/// <summary>
/// SigLIP2's pooling: a learned probe attends to the tokens; x + MLP(LayerNorm(x)) follows. The attention itself is a
/// result, so it is computed openly.
/// </summary>
internal sealed class SiglipPoolingHead : Module<Tensor, (Tensor Pooled, Tensor Attention)>
{
    private readonly long _heads;
    [ComponentName(Name = "probe")] private readonly Parameter _probe;
    [ComponentName(Name = "attention")] private readonly PackedAttention _attention;
    [ComponentName(Name = "layernorm")] private readonly LayerNorm _norm;
    [ComponentName(Name = "mlp")] private readonly Mlp _mlp;

    public SiglipPoolingHead(SiglipConfig config, Generator generator)
        : base(nameof(SiglipPoolingHead))
    {
        _heads = config.Heads;
        _probe = Layers.Parameter(
            WeightInitialization.TruncatedNormal(empty(1, 1, config.Width, device: CPU), 1 / Math.Sqrt(config.Width), generator));
        _attention = new PackedAttention(config.Width, generator);
        _norm = Layers.LayerNorm(config.Width, config.Eps);
        _mlp = SiglipMlp.Create(config, generator);
        RegisterComponents();
    }

    // [F, L, D] -> ([F, D], [F, L] float32)
    public override (Tensor Pooled, Tensor Attention) forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (mixed, attention) = _attention.Attend(_probe, input, _heads);
        var pooled = mixed + _mlp.forward(_norm.forward(mixed)); // [F, D]
        return (pooled.MoveToOuterDisposeScope(), attention.MoveToOuterDisposeScope());
    }

    /// <summary>Multi-head attention with the three input projections stored as one matrix.</summary>
    private sealed class PackedAttention : Module
    {
        [ComponentName(Name = "in_proj_weight")] private readonly Parameter _inputWeight;
        [ComponentName(Name = "in_proj_bias")] private readonly Parameter _inputBias;
        [ComponentName(Name = "out_proj")] private readonly Linear _output;

        public PackedAttention(int width, Generator generator)
            : base(nameof(PackedAttention))
        {
            _inputWeight = Layers.Parameter(WeightInitialization.XavierUniform(empty(3L * width, width, device: CPU), generator));
            _inputBias = Layers.Parameter(zeros(3L * width, device: CPU));
            _output = Layers.Linear(width, width, bias: true, std: 0, generator);
            WeightInitialization.XavierUniform(_output.weight!, generator);
            RegisterComponents();
        }

        // probe [1, 1, D], tokens [F, L, D] -> ([F, D], [F, L] float32)
        public (Tensor Mixed, Tensor Attention) Attend(Tensor probe, Tensor tokens, long heads)
        {
            using var scope = NewDisposeScope();
            var width = tokens.size(2);
            var query = functional.linear(probe, _inputWeight.narrow(0, 0, width), _inputBias.narrow(0, 0, width))
                .view(1, heads, 1, width / heads); // [1, H, 1, E]
            var keyValue = functional.linear(tokens, _inputWeight.narrow(0, width, 2 * width), _inputBias.narrow(0, width, 2 * width))
                .unflatten(2, [2 * heads, width / heads])
                .transpose(1, 2) // [F, 2H, L, E]
                .chunk(2, dim: 1);
            var scores = matmul(query * Math.Pow(width / heads, -0.5), keyValue[0].transpose(2, 3)); // [F, H, 1, L]
            var attention = functional.softmax(scores, -1, dtype: float32);
            var mixed = matmul(attention.to(tokens.dtype), keyValue[1]).flatten(1); // [F, D]
            return (
                _output.forward(mixed).MoveToOuterDisposeScope(),
                attention.mean([1, 2]).MoveToOuterDisposeScope());
        }
    }
}
