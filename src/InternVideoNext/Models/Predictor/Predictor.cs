using InternVideoNext.Masking;
using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, K class tokens, N tokens of a clip, Nv visible and Nm masked ones, C encoder width, Cp predictor width

/// <summary>
/// The paper's predictor P, the latent world model: completes a clip from its visible tokens. The encoder's output stands
/// at visible positions, a learned mask token at the others, each with a position of its own table; a head maps C to Cp,
/// and the body computes over the full sequence.
/// </summary>
public sealed class Predictor : Module<Tensor, TokenMask, Tensor>
{
    private readonly long _classTokens;
    [ComponentName(Name = "bert_mask_token")] private readonly Parameter _maskToken;
    [ComponentName(Name = "diff_pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "to_bert_proj")] private readonly ProjectionHead _head;
    [ComponentName(Name = "bert_decoder")] private readonly PredictorBody _body;

    /// <summary>Joins a body of any kind to an encoder.</summary>
    /// <param name="encoder">Whose tokens are completed.</param>
    /// <param name="body">The transformer; it becomes part of this module.</param>
    /// <param name="std">Standard deviation of the initial weights around the body.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    public Predictor(EncoderConfig encoder, PredictorBody body, double std, Generator generator)
        : base(nameof(Predictor))
    {
        _classTokens = encoder.ClassTokens;
        _body = body;
        _maskToken = Layers.Parameter(WeightInitialization.TruncatedNormal(empty(1, 1, encoder.Width, device: CPU), std, generator));
        _positions = Layers.Parameter(encoder.PositionTable());
        _head = new ProjectionHead(encoder.Width, body.Width, std, generator);
        RegisterComponents();
    }

    /// <summary>Cp, channels of a predicted token.</summary>
    public int Width => _body.Width;

    /// <summary>The transformer inside (<c>bert_decoder</c>): for its layers' outputs, and for loading text weights.</summary>
    public PredictorBody Body => _body;

    /// <summary>Predicts every token of the clip.</summary>
    /// <param name="encoded">[B, K + Nv, C], the encoder's output under <paramref name="mask"/>.</param>
    /// <param name="mask">Which tokens were visible, on the same device.</param>
    /// <returns>[B, K + N, Cp]: class tokens, then all tokens in (t, h, w) order.</returns>
    /// <exception cref="ArgumentException">The mask does not fit the tokens or the position table.</exception>
    public override Tensor forward(Tensor encoded, TokenMask mask)
    {
        using var scope = NewDisposeScope();
        return _body.call(_head.call(Assemble(encoded, mask))).MoveToOuterDisposeScope();
    }

    /// <summary>The full sequence before the head: encoded and mask tokens in order, positions added.</summary>
    /// <param name="encoded">[B, K + Nv, C].</param>
    /// <param name="mask">Which tokens were visible.</param>
    /// <returns>[B, K + N, C].</returns>
    /// <exception cref="ArgumentException">The mask does not fit the tokens or the position table.</exception>
    public Tensor Assemble(Tensor encoded, TokenMask mask)
    {
        RequireFit(encoded, mask);
        using var scope = NewDisposeScope();
        var clips = encoded.size(0);
        // Places after the class tokens, in the order of cat(visible, masked); its inverse puts each token where it belongs.
        var places = cat([mask.Visible, mask.Masked], dim: 1).argsort(dim: 1).add_(_classTokens); // [B, N]
        var front = arange(_classTokens, dtype: int64, device: places.device).expand(clips, -1); // [B, K]
        var tokens = cat([encoded, _maskToken.expand(clips, mask.Masked.size(1), -1)], dim: 1); // [B, K + N, C]
        return (TokenGather.Select(tokens, cat([front, places], dim: 1)) + _positions).MoveToOuterDisposeScope();
    }

    private void RequireFit(Tensor encoded, TokenMask mask)
    {
        var (visible, tokens) = (mask.Visible.size(1), _positions.size(1) - _classTokens);
        if (encoded.size(1) != _classTokens + visible)
            throw new ArgumentException(
                $"encoded: {encoded.size(1)} tokens per clip are not {_classTokens} class tokens and the {visible} visible ones "
                    + "of the mask.",
                nameof(encoded));
        if (mask.TokenCount != tokens)
            throw new ArgumentException($"mask: {mask.TokenCount} tokens per clip, the predictor has {tokens} positions.", nameof(mask));
    }
}
