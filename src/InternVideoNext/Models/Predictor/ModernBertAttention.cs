using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, N sequence, Cp width, H heads, D head width (Cp = H D)

/// <summary>Bias-free multi-head attention with rotary positions, global or within a band.</summary>
public sealed class ModernBertAttention : Module<Tensor, RotaryEmbedding, LocalAttention?, Tensor>
{
    private readonly long _heads;
    [ComponentName(Name = "Wqkv")] private readonly Linear _qkv;
    [ComponentName(Name = "Wo")] private readonly Linear _output;

    internal ModernBertAttention(int width, int heads, double std, double outputStd, Generator generator)
        : base(nameof(ModernBertAttention))
    {
        _heads = heads;
        _qkv = Layers.Linear(width, 3L * width, bias: false, std, generator);
        _output = Layers.Linear(width, width, bias: false, outputStd, generator);
        RegisterComponents();
    }

    /// <summary>Attends.</summary>
    /// <param name="input">[B, N, Cp].</param>
    /// <param name="rotary">Tables of length N.</param>
    /// <param name="window">The band, or null for all.</param>
    /// <returns>[B, N, Cp].</returns>
    public override Tensor forward(Tensor input, RotaryEmbedding rotary, LocalAttention? window)
    {
        using var scope = NewDisposeScope();
        var qkv = _qkv.forward(input).unflatten(2, [3 * _heads, input.size(2) / _heads]) // [B, N, 3H, D]
            .split([2 * _heads, _heads], dim: 2); // queries and keys; values
        var turned = rotary.Rotate(qkv[0]).transpose(1, 2).chunk(2, dim: 1);
        var (query, key, value) = (turned[0], turned[1], qkv[1].transpose(1, 2)); // [B, H, N, D] each
        var mixed = window is null
            ? functional.scaled_dot_product_attention(query, key, value, p: 0)
            : window.Attend(query, key, value);
        return _output.forward(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope(); // [B, N, Cp]
    }
}
