using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models;

// Shapes: B batch, K class tokens, N tokens of a clip, Nv visible ones, C width, E pooled width

/// <summary>
/// The paper's encoder E: a video vision transformer over 1 x P x P tubelets with class tokens, a learned joint position
/// table and no final norm. Masked tokens are dropped before the blocks.
/// </summary>
public sealed class VideoEncoder : Module<Tensor, Tensor?, TensorRandom?, EncoderOutput>
{
    [ComponentName(Name = "patch_embed")] private readonly PatchEmbedding _patchEmbedding;
    [ComponentName(Name = "cls_token")] private readonly Parameter _classToken;
    [ComponentName(Name = "pos_embed")] private readonly Parameter _positions;
    [ComponentName(Name = "blocks")] private readonly ModuleList<TransformerBlock> _blocks;
    [ComponentName(Name = "clip_projector")] private readonly AttentionPool _pool;

    internal VideoEncoder(EncoderConfig config, Generator generator)
        : base(nameof(VideoEncoder))
    {
        Config = config;
        _patchEmbedding = new PatchEmbedding(config.PatchSize, config.Width, generator, config.NormEps);
        _classToken = Layers.Parameter(
            WeightInitialization.TruncatedNormal(empty(1, config.ClassTokens, config.Width, device: CPU), config.InitStd, generator));
        _positions = Layers.Parameter(config.PositionTable());
        _blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(i => new TransformerBlock(config.Block(i), i, generator))]);
        _pool = new AttentionPool(config.Width, config.PoolHeads, config.PoolWidth, config.InitStd, generator);
        RegisterComponents();
    }

    /// <summary>Sizes of this encoder.</summary>
    public EncoderConfig Config { get; }

    /// <summary>Blocks whose intermediates are computed again in the backward pass instead of being kept; null: none.</summary>
    public BlockRange? Recompute { get; set; }

    /// <summary>Patch tokens without positions (<c>patch_embed</c>).</summary>
    /// <param name="video">[B, 3, T, S, S], ImageNet mean/std normalised.</param>
    /// <returns>[B, N, C].</returns>
    /// <exception cref="ArgumentException">The clip has another shape than <see cref="Config"/> says.</exception>
    public Tensor EmbedPatches(Tensor video)
    {
        RequireClip(video);
        return _patchEmbedding.call(video);
    }

    /// <summary>Patch tokens plus their positions: what <see cref="Encode"/> takes. Embed once, encode under several masks.</summary>
    /// <param name="video">[B, 3, T, S, S], ImageNet mean/std normalised.</param>
    /// <returns>[B, N, C].</returns>
    /// <exception cref="ArgumentException">The clip has another shape than <see cref="Config"/> says.</exception>
    public Tensor Embed(Tensor video)
    {
        using var scope = NewDisposeScope();
        return (EmbedPatches(video) + _positions.narrow(1, Config.ClassTokens, Config.Grid.Tokens)).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the blocks over the class tokens and the visible tokens, order preserved.</summary>
    /// <param name="patchTokens">[B, N, C] from <see cref="Embed"/>.</param>
    /// <param name="visible">[B, Nv] int64, which tokens to keep (<see cref="TokenMask.Visible"/>); null keeps all.</param>
    /// <param name="dropPath">Draws which clips skip a branch, on the tokens' device; null skips none (evaluation).</param>
    public EncoderOutput Encode(Tensor patchTokens, Tensor? visible, TensorRandom? dropPath)
    {
        using var scope = NewDisposeScope();
        var kept = visible is null ? patchTokens : TokenGather.Select(patchTokens, visible); // [B, Nv, C]
        var classes = (_classToken + _positions.narrow(1, 0, Config.ClassTokens)).expand(kept.size(0), -1, -1);
        var stream = cat([classes, kept], dim: 1); // [B, K + Nv, C]
        var layers = new List<Tensor>(Config.Depth);
        var recomputation = new Recomputation();
        for (var i = 0; i < _blocks.Count; i++)
        {
            stream = Recompute?.Contains(i) == true ? recomputation.Run(_blocks[i].call, stream, dropPath)
                : _blocks[i].call(stream, dropPath);
            layers.Add(stream);
        }

        return new EncoderOutput(stream, layers).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Embed"/>, then <see cref="Encode"/>.</summary>
    /// <param name="video">[B, 3, T, S, S], ImageNet mean/std normalised.</param>
    /// <param name="visible">[B, Nv] int64, or null for the full clip.</param>
    /// <param name="dropPath">Draws which clips skip a branch; null skips none.</param>
    /// <exception cref="ArgumentException">The clip has another shape than <see cref="Config"/> says.</exception>
    public override EncoderOutput forward(Tensor video, Tensor? visible, TensorRandom? dropPath)
    {
        using var scope = NewDisposeScope();
        return Encode(Embed(video), visible, dropPath).MoveToOuterDisposeScope();
    }

    /// <summary>The attention pool (<c>clip_projector</c>): one vector per clip.</summary>
    /// <param name="tokens">[B, K + Nv, C], class tokens included.</param>
    /// <returns>[B, E].</returns>
    public Tensor Pool(Tensor tokens) => _pool.call(tokens);

    private void RequireClip(Tensor video)
    {
        var side = Config.ImageSize;
        if (video.dim() == 5 && video.size(1) == 3 && video.size(2) == Config.Frames && video.size(3) == side && video.size(4) == side)
            return;
        throw new ArgumentException(
            $"video: shape [{string.Join(", ", video.shape)}] is not [B, 3, {Config.Frames}, {side}, {side}] " +
            "(channels, frames, image_size). Resize the clip, or the encoder's position table.",
            nameof(video));
    }
}
