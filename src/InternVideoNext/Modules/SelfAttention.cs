using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, N tokens, C width, H heads, D head width (C = H D)

/// <summary>
/// Multi-head self-attention with normalised queries and keys: RMSNorm over the full width, before the heads are split.
/// <c>qkv</c> has no bias, <c>proj</c> has one. Scores are scaled by D^-1/2.
/// </summary>
public sealed class SelfAttention : Module<Tensor, Tensor>
{
    private readonly long _heads;
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "q_norm")] private readonly RmsNorm _queryNorm;
    [ComponentName(Name = "k_norm")] private readonly RmsNorm _keyNorm;
    [ComponentName(Name = "proj")] private readonly Linear _projection;

    /// <summary>Truncated normal weights, zero bias.</summary>
    /// <param name="width">C, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">H.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <param name="eps">Added to the mean square by the norms.</param>
    public SelfAttention(long width, long heads, double std, Generator generator, double eps = 1e-6)
        : base(nameof(SelfAttention))
    {
        _heads = heads;
        _qkv = Layers.Linear(width, 3 * width, bias: false, std, generator);
        _queryNorm = new RmsNorm(width, eps);
        _keyNorm = new RmsNorm(width, eps);
        _projection = Layers.Linear(width, width, bias: true, std, generator);
        RegisterComponents();
    }

    /// <summary>The weight of the output projection, [C, C].</summary>
    public Tensor OutputWeight => _projection.weight!;

    /// <summary>Every token attends to every token of its clip.</summary>
    /// <param name="input">[B, N, C].</param>
    /// <returns>[B, N, C].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        // One chunk, not three slices: the backward pass then joins the gradients once.
        var qkv = _qkv.forward(input).chunk(3, dim: 2); // [B, N, C] each
        var (query, key, value) = (_queryNorm.forward(qkv[0]), _keyNorm.forward(qkv[1]), qkv[2]);
        var mixed = functional.scaled_dot_product_attention(Split(query), Split(key), Split(value), p: 0); // [B, H, N, D]
        return _projection.forward(mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope(); // [B, N, C]
    }

    private Tensor Split(Tensor x) => x.unflatten(2, [_heads, x.size(2) / _heads]).transpose(1, 2); // [B, H, N, D]
}
