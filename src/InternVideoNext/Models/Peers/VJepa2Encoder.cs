using InternVideoNext.Modules;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace InternVideoNext.Models.Peers;

/// <summary>Where the tokens of a <see cref="VJepa2Encoder"/> get their places from.</summary>
public enum VJepa2Positions
{
    /// <summary>Rotary positions in every attention: all released models.</summary>
    Rotary,

    /// <summary>A fixed table, half of the channels for the frame, a quarter each for row and column.</summary>
    SineCosine,

    /// <summary>A fixed table, a third of the channels for each axis (the code's <c>uniform_power</c>).</summary>
    UniformSineCosine,
}

/// <summary>Sizes of a <see cref="VJepa2Encoder"/>.</summary>
public sealed record VJepa2Config : PeerConfig
{
    /// <inheritdoc/>
    public override string System => "V-JEPA 2";

    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <inheritdoc/>
    public override int Tubelet { get; init; } = 2;

    /// <summary>Where the tokens get their places from.</summary>
    public VJepa2Positions Positions { get; init; }

    /// <summary>
    /// ImageNet statistics, 16 frames at distance 4 as the probes take them; one view is the centre of a frame whose shorter side is
    /// <c>int(size * 256 / 224)</c>.
    /// </summary>
    public override ClipPreprocessing Preprocessing => new()
    {
        Frames = Frames,
        Size = ImageSize,
        Sampling = ClipSampling.Dense,
        FrameStride = 4,
        CropShare = (double)ImageSize / (ImageSize * 256 / 224),
    };

    /// <inheritdoc/>
    public override PeerEncoder Build(Generator generator)
    {
        Check().Positive("depth", Depth).ThrowIfAny();
        return new VJepa2Encoder(this, generator);
    }
}

// Shapes: B batch, N = T h w tokens, C width

/// <summary>
/// V-JEPA 2's encoder (Assran et al. 2025): tubelets without class token, plain blocks with rotary positions on the real grid, a last
/// LayerNorm. Parameters are named as in the authors' checkpoints.
/// </summary>
public sealed class VJepa2Encoder : PeerEncoder
{
    private readonly VJepa2Config _config;
    [ComponentName(Name = "patch_embed")] private readonly TubeletEmbedding _patchEmbedding;
    [ComponentName(Name = "pos_embed")] private readonly Tensor? _positions;
    [ComponentName(Name = "blocks")] private readonly ModuleList<LayerNormBlock> _blocks;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;

    internal VJepa2Encoder(VJepa2Config config, Generator generator)
        : base(nameof(VJepa2Encoder), config)
    {
        _config = config;
        _patchEmbedding = new TubeletEmbedding(config.Tubelet, config.PatchSize, config.Width, generator);
        if (config.Positions != VJepa2Positions.Rotary) _positions = Table(config, config.Grid).DetachFromDisposeScope();
        var block = new LayerNormBlockOptions(config.Width, config.Heads, config.MlpHidden, config.NormEps);
        _blocks = ModuleList([.. Enumerable.Range(0, config.Depth).Select(_ => new LayerNormBlock(block, generator))]);
        _norm = Layers.LayerNorm(config.Width, config.NormEps);
        if (_positions is not null) register_buffer("pos_embed", _positions);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override int? PooledWidth => null;

    /// <summary>The positions added to a clip's tokens.</summary>
    /// <param name="grid">T, h, w; other than the native grid it is resized, trilinearly.</param>
    /// <returns>[1, N, C] in the caller's dispose scope, or null if the positions are rotary.</returns>
    public Tensor? PositionsFor(TokenGrid grid)
    {
        if (_positions is null) return null;
        var native = _config.Grid;
        if (grid == native) return _positions.alias();
        using var scope = NewDisposeScope();
        var volume = _positions.view(1, native.Frames, native.Height, native.Width, -1).permute(0, 4, 1, 2, 3); // [1, C, T, h, w]
        return functional.interpolate(
            volume, [grid.Frames, grid.Height, grid.Width], mode: InterpolationMode.Trilinear, align_corners: false)
            .flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override TokenGrid GridOf(int frames, int height, int width) =>
        base.GridOf(frames < _config.Tubelet ? _config.Tubelet : frames, height, width);

    /// <inheritdoc/>
    public override ClipFeatures Run(Tensor clips, Action<string, Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        // An image: its frame is shown again.
        var video = clips.dim() == 5 && clips.size(2) == 1 ? clips.expand(-1, -1, _config.Tubelet, -1, -1) : clips;
        var grid = _patchEmbedding.GridOf(video);
        var stream = _patchEmbedding.call(video); // [B, N, C]
        observe?.Invoke("patch_embed", stream);
        AxialRotaryEmbedding? rotary = null;
        if (PositionsFor(grid) is { } table) stream = stream + table;
        else rotary = AxialRotaryEmbedding.For(grid, _config.Width / _config.Heads, stream.dtype, stream.device);
        observe?.Invoke("embedded", stream);
        for (var i = 0; i < _blocks.Count; i++)
        {
            using var block = NewDisposeScope();
            stream = _blocks[i].call(stream, rotary).MoveToOuterDisposeScope();
            observe?.Invoke($"block.{i}", stream);
        }

        return new ClipFeatures(_norm.forward(stream), grid, ClassTokens: null, Pooled: null).MoveToOuterDisposeScope();
    }

    /// <summary>The fixed table of a grid.</summary>
    internal static Tensor Table(VJepa2Config config, TokenGrid grid)
    {
        using var scope = NewDisposeScope();
        var width = config.Width;
        var (time, space) = config.Positions == VJepa2Positions.UniformSineCosine
            ? (2 * ((width + 5) / 6), 2 * ((width + 5) / 6)) : (width / 2, width / 4);
        return PositionTable.SineCosine(grid, (TokenAxis.Frame, time), (TokenAxis.Row, space), (TokenAxis.Column, space))
            .narrow(2, 0, width).contiguous().MoveToOuterDisposeScope();
    }
}
