using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

/// <summary>Sizes of a <see cref="VideoMaeEncoder"/>.</summary>
public sealed record VideoMaeConfig : PeerConfig
{
    /// <inheritdoc/>
    public override string System => "VideoMAE";

    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <inheritdoc/>
    public override int Tubelet { get; init; } = 2;

    /// <summary>
    /// True: the pooled vector is a LayerNorm (<c>fc_norm</c>) of the mean token, and the tokens are as the last block leaves them; false:
    /// the tokens pass a last LayerNorm (<c>norm</c>), and nothing is pooled.
    /// </summary>
    public bool MeanPooling { get; init; } = true;

    /// <summary>Added to the variance by <c>fc_norm</c>.</summary>
    public double PoolNormEps { get; init; } = 1e-6;

    /// <summary>Whether the attention's queries and values have biases.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Whether the branches of a block have a LayerScale; no released model's have.</summary>
    public bool LayerScale { get; init; }

    /// <summary>ImageNet statistics; 16 frames at distance 4, centre crop.</summary>
    public override ClipPreprocessing Preprocessing =>
        new() { Frames = Frames, Size = ImageSize, Sampling = ClipSampling.Dense, FrameStride = 4 };

    /// <inheritdoc/>
    public override PeerEncoder Build(Generator generator)
    {
        Check().Positive("depth", Depth).Positive("pool_norm_eps", PoolNormEps).ThrowIfAny();
        return new VideoMaeEncoder(this, generator);
    }
}

// Shapes: B batch, N = T h w tokens, C width

/// <summary>
/// VideoMAE's and VideoMAE v2's encoder (Tong et al. 2022, Wang et al. 2023): tubelets without class token, a fixed one-dimensional
/// sine-cosine table over the flat index of the tokens, plain blocks without a bias of the keys. Named as in VideoMAE v2's checkpoints.
/// </summary>
public sealed class VideoMaeEncoder : PeerEncoder
{
    private readonly VideoMaeConfig _config;
    [ComponentName(Name = "patch_embed")] private readonly TubeletEmbedding _patchEmbedding;
    [ComponentName(Name = "pos_embed")] private readonly Tensor _positions;
    [ComponentName(Name = "blocks")] private readonly ModuleList<LayerNormBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly LayerNorm? _norm;
    [ComponentName(Name = "fc_norm")] private readonly LayerNorm? _poolNorm;

    internal VideoMaeEncoder(VideoMaeConfig config, Generator generator)
        : base(nameof(VideoMaeEncoder), config)
    {
        _config = config;
        _patchEmbedding = new TubeletEmbedding(config.Tubelet, config.PatchSize, config.Width, generator);
        _positions = PositionTable.Interleaved(config.Width, config.Grid.Tokens).DetachFromDisposeScope();
        var block = new LayerNormBlockOptions(
            config.Width, config.Heads, config.MlpHidden, config.NormEps,
            Bias: config.QkvBias ? AttentionBias.QueryAndValue : AttentionBias.None, LayerScale: config.LayerScale);
        _blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(_ => new LayerNormBlock(block, generator))]);
        if (config.MeanPooling) _poolNorm = Layers.LayerNorm(config.Width, config.PoolNormEps);
        else _norm = Layers.LayerNorm(config.Width, config.NormEps);
        register_buffer("pos_embed", _positions);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int? PooledWidth => _config.MeanPooling ? Width : null;

    /// <summary>The positions added to a clip's tokens.</summary>
    /// <param name="grid">
    /// T, h, w. For another than the native grid the native table is resized, bicubically over space and linearly over time: a table made
    /// anew for another number of tokens would give other positions.
    /// </param>
    /// <returns>[1, N, C] in the caller's dispose scope.</returns>
    public Tensor PositionsFor(TokenGrid grid) =>
        grid == _config.Grid ? _positions.alias() : PositionTable.Resize(_positions, _config.Grid, grid, classTokens: 0);

    /// <inheritdoc/>
    public override ClipFeatures Run(Tensor clips, Action<string, Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var grid = _patchEmbedding.GridOf(clips);
        var stream = _patchEmbedding.call(clips); // [B, N, C]
        observe?.Invoke("patch_embed", stream);
        stream = stream + PositionsFor(grid);
        observe?.Invoke("embedded", stream);
        for (var i = 0; i < _blocks.Count; i++)
        {
            using var block = NewDisposeScope();
            stream = _blocks[i].call(stream, null).MoveToOuterDisposeScope();
            observe?.Invoke($"block.{i}", stream);
        }

        if (_norm is not null) stream = _norm.forward(stream);
        var pooled = _poolNorm?.forward(stream.mean([1])); // [B, C]
        return new ClipFeatures(stream, grid, ClassTokens: null, pooled).MoveToOuterDisposeScope();
    }
}
