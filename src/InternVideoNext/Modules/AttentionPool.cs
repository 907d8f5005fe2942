using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Modules;

// Shapes: B batch, M tokens, C width, E output width

/// <summary>
/// Pools a clip's tokens into one vector by attention: the query is the mean of all tokens. No residual
/// (<c>clip_projector</c> of the checkpoints).
/// </summary>
public sealed class AttentionPool : Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1_q")] private readonly LayerNorm _queryNorm;
    [ComponentName(Name = "norm1_k")] private readonly LayerNorm _keyNorm;
    [ComponentName(Name = "norm1_v")] private readonly LayerNorm _valueNorm;
    [ComponentName(Name = "cross_attn")] private readonly CrossAttention _attention;

    /// <summary>Truncated normal weights, zero biases.</summary>
    /// <param name="width">C, a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">Attention heads.</param>
    /// <param name="outputWidth">E.</param>
    /// <param name="std">Standard deviation of the weights.</param>
    /// <param name="generator">Source of the draws.</param>
    public AttentionPool(int width, int heads, int outputWidth, double std, Generator generator)
        : base(nameof(AttentionPool))
    {
        _queryNorm = Layers.LayerNorm(width, 1e-5);
        _keyNorm = Layers.LayerNorm(width, 1e-5);
        _valueNorm = Layers.LayerNorm(width, 1e-5);
        _attention = new CrossAttention(width, heads, outputWidth, std, generator);
        RegisterComponents();
    }

    /// <summary>Pools each clip.</summary>
    /// <param name="input">[B, M, C], class tokens included.</param>
    /// <returns>[B, E].</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var query = input.mean([1], keepdim: true); // [B, 1, C]
        var pooled = _attention.forward(_queryNorm.forward(query), _keyNorm.forward(input), _valueNorm.forward(input));
        return pooled.squeeze(1).MoveToOuterDisposeScope(); // [B, E]
    }
}
