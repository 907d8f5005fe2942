using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

/// <summary>Sizes of a <see cref="VideoPrismEncoder"/>.</summary>
public sealed record VideoPrismConfig : PeerConfig
{
    /// <inheritdoc/>
    public override string System => "VideoPrism";

    /// <summary>Blocks over the tokens of one frame.</summary>
    public required int SpatialDepth { get; init; }

    /// <summary>Blocks over the tokens of one place.</summary>
    public required int TemporalDepth { get; init; }

    /// <summary>Blocks over all tokens, before the pool of a video-text model; 0 for a video model, which pools nothing.</summary>
    public int AuxiliaryDepth { get; init; }

    /// <summary>Hidden width of the video-text model's pooling attention; 4 C in the released ones.</summary>
    public int PoolHidden { get; init; }

    /// <summary>Largest absolute attention score, but for the pooling attention's.</summary>
    public double ScoreCap { get; init; } = 50;

    /// <summary>Whether it is the video side of a video-text model.</summary>
    public bool IsVideoText => PoolHidden > 0;

    /// <summary>Pixels in 0..1 without mean or deviation; frames floor(i F / T); the centre square.</summary>
    public override ClipPreprocessing Preprocessing => new()
    {
        Frames = Frames,
        Size = ImageSize,
        Sampling = ClipSampling.SegmentStarts,
        Mean = [0, 0, 0],
        Deviation = [1, 1, 1],
    };

    /// <inheritdoc/>
    public override PeerEncoder Build(Generator generator)
    {
        Check()
            .Positive("spatial_depth", SpatialDepth)
            .Positive("temporal_depth", TemporalDepth)
            .NotNegative("auxiliary_depth", AuxiliaryDepth)
            .NotNegative("pool_hidden", PoolHidden)
            .Positive("score_cap", ScoreCap)
            .Multiple("pool_hidden", PoolHidden, "heads", Heads)
            .Require(Tubelet == 1, "tubelet", Tubelet, "must be 1: VideoPrism embeds each frame alone")
            .ThrowIfAny();
        return new VideoPrismEncoder(this, generator);
    }
}

// Shapes: B batch, T frames, L tokens of a frame, C width

/// <summary>
/// VideoPrism's video encoder (Zhao et al. 2024): blocks within a frame, then blocks along time at every place, capped scores, norm gains
/// stored as 1 + g, no class token. With the video-text models' auxiliary blocks and pooling attention if they are configured.
/// </summary>
public sealed class VideoPrismEncoder : PeerEncoder
{
    private readonly VideoPrismConfig _config;
    [ComponentName(Name = "patch_embed")] private readonly TubeletEmbedding _patchEmbedding;
    [ComponentName(Name = "spatial_pos_embed")] private readonly Parameter _spatialPositions;
    [ComponentName(Name = "spatial_blocks")] private readonly ModuleList<LayerNormBlock> _spatial;
    [ComponentName(Name = "spatial_norm")] private readonly UnitOffsetLayerNorm _spatialNorm;
    [ComponentName(Name = "temporal_pos_embed")] private readonly Parameter _temporalPositions;
    [ComponentName(Name = "temporal_blocks")] private readonly ModuleList<LayerNormBlock> _temporal;
    [ComponentName(Name = "temporal_norm")] private readonly UnitOffsetLayerNorm _temporalNorm;
    [ComponentName(Name = "auxiliary_blocks")] private readonly ModuleList<LayerNormBlock> _auxiliary;
    [ComponentName(Name = "pool")] private readonly VideoPrismPool? _pool;

    internal VideoPrismEncoder(VideoPrismConfig config, Generator generator)
        : base(nameof(VideoPrismEncoder), config)
    {
        _config = config;
        var (width, grid) = (config.Width, config.Grid);
        _patchEmbedding = new TubeletEmbedding(config.Tubelet, config.PatchSize, width, generator);
        _spatialPositions = Layers.Parameter(Normal(grid.TokensPerFrame));
        _spatial = Blocks(config.SpatialDepth);
        _spatialNorm = new UnitOffsetLayerNorm(width, config.NormEps);
        _temporalPositions = Layers.Parameter(Normal(grid.Frames));
        _temporal = Blocks(config.TemporalDepth);
        _temporalNorm = new UnitOffsetLayerNorm(width, config.NormEps);
        _auxiliary = Blocks(config.AuxiliaryDepth);
        if (config.IsVideoText) _pool = new VideoPrismPool(config, generator);
        RegisterComponents();

        Tensor Normal(int rows) => WeightInitialization.TruncatedNormal(empty(1, rows, width, device: CPU), 0.02, generator);

        ModuleList<LayerNormBlock> Blocks(int depth)
        {
            var block = new LayerNormBlockOptions(
                width, config.Heads, config.MlpHidden, config.NormEps, ScoreCap: config.ScoreCap, UnitOffset: true);
            return ModuleList([.. Enumerable.Range(0, depth).Select(_ => new LayerNormBlock(block, generator))]);
        }
    }

    /// <inheritdoc/>
    public override int? PooledWidth => _config.IsVideoText ? Width : null;

    /// <summary>Encodes clips and shows the intermediates.</summary>
    /// <param name="clips">[B, 3, T, height, width], pixels in 0..1.</param>
    /// <param name="observe">
    /// Called with <c>patch_embed</c>, <c>embedded</c>, <c>spatial.i</c>, <c>spatial_norm</c> [B T, L, C], <c>temporal_embedded</c>,
    /// <c>temporal.i</c> [B L, T, C], and of a video-text model <c>auxiliary.i</c> [B, T L, C] and <c>pooled</c> [B, C].
    /// </param>
    /// <returns>In the caller's dispose scope; the pooled vector has length 1.</returns>
    public override ClipFeatures Run(Tensor clips, Action<string, Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var grid = _patchEmbedding.GridOf(clips);
        var (batch, frames, places) = (clips.size(0), grid.Frames, grid.TokensPerFrame);
        var stream = _patchEmbedding.call(clips).reshape(batch * frames, places, -1); // [B T, L, C]
        observe?.Invoke("patch_embed", stream);
        stream = stream + Resized(_spatialPositions, _config.Grid with { Frames = 1 }, grid with { Frames = 1 });
        observe?.Invoke("embedded", stream);
        stream = Apply(_spatial, stream, "spatial", observe);
        stream = _spatialNorm.forward(stream);
        observe?.Invoke("spatial_norm", stream);
        stream = stream.unflatten(0, [batch, frames]).transpose(1, 2).reshape(batch * places, frames, -1) // [B L, T, C]
            + Resized(_temporalPositions, new TokenGrid(_config.Frames, 1, 1), new TokenGrid(frames, 1, 1));
        observe?.Invoke("temporal_embedded", stream);
        stream = Apply(_temporal, stream, "temporal", observe);
        var tokens = _temporalNorm.forward(stream).unflatten(0, [batch, places]).transpose(1, 2).flatten(1, 2); // [B, T L, C]
        if (_pool is null) return new ClipFeatures(tokens, grid, ClassTokens: null, Pooled: null).MoveToOuterDisposeScope();
        var pooled = _pool.call(Apply(_auxiliary, tokens, "auxiliary", observe)); // [B, C]
        observe?.Invoke("pooled", pooled);
        var length = (pooled.square().sum(-1, keepdim: true) + 1e-12).sqrt();
        return new ClipFeatures(tokens, grid, ClassTokens: null, pooled / length).MoveToOuterDisposeScope();
    }

    private static Tensor Resized(Tensor table, TokenGrid native, TokenGrid grid) =>
        grid == native ? table : PositionTable.ResizeAntialiased(table, native, grid);

    private static Tensor Apply(ModuleList<LayerNormBlock> blocks, Tensor stream, string name, Action<string, Tensor>? observe)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            using var block = NewDisposeScope();
            stream = blocks[i].call(stream, null).MoveToOuterDisposeScope();
            observe?.Invoke($"{name}.{i}", stream);
        }

        return stream;
    }
}
