using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, Q queries, M keys, C width, H heads, E output width

/// <summary>Multi-head attention from queries to other tokens; bias-free projections plus separate biases.</summary>
public sealed class CrossAttention : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly long _heads;
    [ComponentName(Name = "q")] private readonly Linear _query;
    [ComponentName(Name = "k")] private readonly Linear _key;
    [ComponentName(Name = "v")] private readonly Linear _value;
    [ComponentName(Name = "q_bias")] private readonly Parameter _queryBias;
    [ComponentName(Name = "k_bias")] private readonly Parameter _keyBias;
    [ComponentName(Name = "v_bias")] private readonly Parameter _valueBias;
    [ComponentName(Name = "proj")] private readonly Linear _projection;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">H.</param>
    /// <param name="outputWidth">E.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public CrossAttention(int width, int heads, int outputWidth, double std, Generator generator)
        : base(nameof(CrossAttention))
    {
        _heads = heads;
        _query = Layers.Linear(width, width, bias: false, std, generator);
        _key = Layers.Linear(width, width, bias: false, std, generator);
        _value = Layers.Linear(width, width, bias: false, std, generator);
        _queryBias = Layers.Parameter(zeros(width, device: CPU));
        _keyBias = Layers.Parameter(zeros(width, device: CPU));
        _valueBias = Layers.Parameter(zeros(width, device: CPU));
        _projection = Layers.Linear(width, outputWidth, bias: true, std, generator);
        RegisterComponents();
    }

    /// <summary>Attends.</summary>
    /// <param name="query">[B, Q, C].</param>
    /// <param name="key">[B, M, C].</param>
    /// <param name="value">[B, M, C].</param>
    /// <returns>[B, Q, E].</returns>
    public override Tensor forward(Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var mixed = functional.scaled_dot_product_attention(
            Split(functional.linear(query, _query.weight!, _queryBias)),
            Split(functional.linear(key, _key.weight!, _keyBias)),
            Split(functional.linear(value, _value.weight!, _valueBias)),
            p: 0); // [B, H, Q, D]
        return _projection.forward(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope(); // [B, Q, E]
    }

    private Tensor Split(Tensor x) => x.unflatten(2, [_heads, x.size(2) / _heads]).transpose(1, 2); // [B, H, M, D]
}
