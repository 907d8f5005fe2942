using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

/// <summary>Which of an attention's input projections have a bias.</summary>
public enum AttentionBias
{
    /// <summary>Queries, keys and values: <c>qkv.bias</c>.</summary>
    All,

    /// <summary>Queries and values: <c>q_bias</c>, <c>v_bias</c>. A bias of the keys would change no probability.</summary>
    QueryAndValue,

    /// <summary>None.</summary>
    None,
}

// Shapes: B batch, N tokens, C width, H heads, D head width (C = H D)

/// <summary>
/// Multi-head self-attention (Vaswani et al. 2017): one projection to queries, keys and values (<c>qkv</c>), scores scaled by D^-1/2, an
/// output projection with bias (<c>proj</c>). Optionally queries and keys are turned by their positions, or the scores capped:
/// cap tanh(s / cap), for which there is no fused kernel.
/// </summary>
public sealed class MultiHeadAttention : Module<Tensor, AxialRotaryEmbedding?, Tensor>
{
    // So many scores at a time where they have to be in memory.
    private const long MostScores = 1 << 26;

    private readonly long _heads;
    private readonly double? _cap;
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "q_bias")] private readonly Parameter? _queryBias;
    [ComponentName(Name = "v_bias")] private readonly Parameter? _valueBias;
    [ComponentName(Name = "proj")] private readonly Linear _projection;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">H.</param>
    /// <param name="bias">Which input projections have one.</param>
    /// <param name="cap">Largest absolute score; null caps none.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public MultiHeadAttention(long width, long heads, AttentionBias bias, double? cap, double std, Generator generator)
        : base(nameof(MultiHeadAttention))
    {
        (_heads, _cap) = (heads, cap);
        _qkv = Layers.Linear(width, 3 * width, bias == AttentionBias.All, std, generator);
        if (bias == AttentionBias.QueryAndValue)
        {
            _queryBias = Layers.Parameter(zeros(width, device: CPU));
            _valueBias = Layers.Parameter(zeros(width, device: CPU));
        }

        _projection = Layers.Linear(width, width, bias: true, std, generator);
        RegisterComponents();
    }

    /// <summary>Every token attends to every token of its sequence.</summary>
    /// <param name="input">[B, N, C].</param>
    /// <param name="positions">How queries and keys turn; null: not at all.</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input, AxialRotaryEmbedding? positions)
    {
        using var scope = NewDisposeScope();
        var qkv = Project(input).unflatten(2, [3, _heads, input.size(2) / _heads]).permute(2, 0, 3, 1, 4); // [3, B, H, N, D]
        var (query, key) = positions is { } turn ? (turn.Rotate(qkv[0]), turn.Rotate(qkv[1])) : (qkv[0], qkv[1]);
        var mixed = _cap is { } cap ? Capped(query, key, qkv[2], cap)
            : functional.scaled_dot_product_attention(query, key, qkv[2], p: 0); // [B, H, N, D]
        return _projection.forward(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope(); // [B, N, C]
    }

    private Tensor Project(Tensor input) => _queryBias is null ? _qkv.forward(input)
        : functional.linear(input, _qkv.weight!, cat([_queryBias, zeros_like(_queryBias), _valueBias!]));

    // A part of the queries at a time, so that the scores of a long sequence fit into memory.
    private static Tensor Capped(Tensor query, Tensor key, Tensor value, double cap)
    {
        var (keys, scale) = (key.transpose(2, 3), Math.Pow(query.size(3), -0.5) / cap);
        var rows = Math.Clamp(MostScores / (query.size(0) * query.size(1) * key.size(2)), 1, query.size(2));
        return cat([.. query.split(rows, dim: 2).Select(Attend)], dim: 2);

        Tensor Attend(Tensor part)
        {
            using var scope = NewDisposeScope();
            var scores = matmul(part * scale, keys).tanh().mul(cap); // [B, H, rows, N]
            return matmul(scores.softmax(-1), value).MoveToOuterDisposeScope();
        }
    }
}
