using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

/// <summary>Sizes of an <see cref="InternVideo2Encoder"/>.</summary>
public sealed record InternVideo2Config : PeerConfig
{
    /// <inheritdoc/>
    public override string System => "InternVideo2";

    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Heads of the attention pool.</summary>
    public int PoolHeads { get; init; } = 16;

    /// <summary>E, width of the pooled vector.</summary>
    public int PoolWidth { get; init; } = 768;

    /// <summary>True: tables of space, of time and of the class token, which are summed; false: one joint table, as released.</summary>
    public bool SeparatePositions { get; init; }

    /// <summary>Form of the activation: the plain inference code's is exact, the authors' fused training kernels take tanh.</summary>
    public GeluKind Gelu { get; init; }

    /// <summary>ImageNet statistics, the middle frame of each of T equal parts, centre crop.</summary>
    public override ClipPreprocessing Preprocessing => new() { Frames = Frames, Size = ImageSize };

    /// <inheritdoc/>
    public override PeerEncoder Build(Generator generator)
    {
        Check()
            .Positive("depth", Depth)
            .Positive("pool_heads", PoolHeads)
            .Positive("pool_width", PoolWidth)
            .Multiple("width", Width, "pool_heads", PoolHeads)
            .Multiple("width", Width, "the position table's 16 parts", SeparatePositions ? 4 : 16)
            .Require(Tubelet == 1, "tubelet", Tubelet, "must be 1: no released file has another")
            .ThrowIfAny();
        return new InternVideo2Encoder(this, generator);
    }
}

// Shapes: B batch, T frames, L tokens of a frame, N = T L, C width, E pooled width

/// <summary>
/// InternVideo2's encoder (Wang et al. 2024), stage 1 and the vision side of stage 2: as InternVideo-Next's, but one class token and no
/// norms around the patch embedding. Named as in the authors' checkpoints.
/// </summary>
public sealed class InternVideo2Encoder : PeerEncoder
{
    private const double InitStd = 0.02;

    private readonly InternVideo2Config _config;
    [ComponentName(Name = "patch_embed")] private readonly TubeletEmbedding _patchEmbedding;
    [ComponentName(Name = "cls_token")] private readonly Parameter _classToken;
    [ComponentName(Name = "pos_embed")] private readonly Parameter? _joint;
    [ComponentName(Name = "pos_embed_spatial")] private readonly Parameter? _spatial;
    [ComponentName(Name = "pos_embed_temporal")] private readonly Parameter? _temporal;
    [ComponentName(Name = "pos_embed_cls")] private readonly Parameter? _class;
    [ComponentName(Name = "blocks")] private readonly ModuleList<TransformerBlock> _blocks;
    [ComponentName(Name = "clip_projector")] private readonly AttentionPool _pool;

    internal InternVideo2Encoder(InternVideo2Config config, Generator generator)
        : base(nameof(InternVideo2Encoder), config)
    {
        _config = config;
        var (width, grid) = (config.Width, config.Grid);
        _patchEmbedding = new TubeletEmbedding(config.Tubelet, config.PatchSize, width, generator);
        _classToken = Layers.Parameter(WeightInitialization.TruncatedNormal(empty(1, 1, width, device: CPU), InitStd, generator));
        if (config.SeparatePositions)
        {
            _spatial = Layers.Parameter(
                PositionTable.SineCosine(grid with { Frames = 1 }, (TokenAxis.Column, width / 2), (TokenAxis.Row, width / 2)));
            _temporal = Layers.Parameter(PositionTable.SineCosine(new TokenGrid(grid.Frames, 1, 1), (TokenAxis.Frame, width)));
            _class = Layers.Parameter(zeros(1, 1, width, device: CPU));
        }
        else
        {
            _joint = Layers.Parameter(PositionTable.SineCosine(width, grid, classTokens: 1));
        }

        var block = new TransformerBlockOptions(
            width, config.Heads, config.MlpHidden, config.Gelu, LayerScaleInit: 1e-5, DropPath: 0, InitStd, config.NormEps);
        _blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(i => new TransformerBlock(block, i, generator))]);
        _pool = new AttentionPool(width, config.PoolHeads, config.PoolWidth, InitStd, generator);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int? PooledWidth => _config.PoolWidth;

    /// <summary>The positions added to the class token and a clip's tokens.</summary>
    /// <param name="grid">T, h, w; other than the native grid: linear over time, then bicubic over space, the class row kept.</param>
    /// <returns>[1, 1 + N, C] in the caller's dispose scope.</returns>
    public Tensor PositionsFor(TokenGrid grid)
    {
        using var scope = NewDisposeScope();
        var table = _joint ?? Joined();
        return (grid == _config.Grid ? table.alias() : PositionTable.Resize(table, _config.Grid, grid, classTokens: 1))
            .MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override ClipFeatures Run(Tensor clips, Action<string, Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var grid = _patchEmbedding.GridOf(clips);
        var patches = _patchEmbedding.call(clips); // [B, N, C]
        observe?.Invoke("patch_embed", patches);
        var stream = cat([_classToken.expand(patches.size(0), -1, -1), patches], dim: 1) + PositionsFor(grid); // [B, 1 + N, C]
        observe?.Invoke("embedded", stream);
        for (var i = 0; i < _blocks.Count; i++)
        {
            using var block = NewDisposeScope();
            stream = _blocks[i].call(stream, null).MoveToOuterDisposeScope();
            observe?.Invoke($"block.{i}", stream);
        }

        return new ClipFeatures(stream.narrow(1, 1, grid.Tokens), grid, stream.narrow(1, 0, 1), _pool.call(stream))
            .MoveToOuterDisposeScope();
    }

    // Token (t, l) has the sum of the row of its place and that of its frame.
    private Tensor Joined()
    {
        var frames = _temporal!.unsqueeze(2) + _spatial!.unsqueeze(1); // [1, T, L, C]
        return cat([_class!, frames.flatten(1, 2)], dim: 1);
    }
}
