using InternVideoNext.Models.Peers;
using InternVideoNext.Modules;
using static InternVideoNext.Models.BlockTree;

namespace InternVideoNext.Models;

/// <summary>The trees of other systems' encoders, on one clip of their native size.</summary>
internal static class PeerBlocks
{
    private const string Blocks = "blocks";

    /// <summary>The whole encoder.</summary>
    public static BlockDescription Of(PeerConfig config)
    {
        var (grid, width) = (config.Grid, (long)config.Width);
        var output = $"[3, {config.Frames}, {config.ImageSize}, {config.ImageSize}] -> [{grid.Tokens}, {width}]";
        return config switch
        {
            VJepa2Config vjepa2 => Block("encoder", "", nameof(VJepa2Encoder), vjepa2.System, output, default, 0, 1,
                Patches(config), Stack(config, Blocks, vjepa2.Depth, [grid.Tokens], 1, PlainBlock(config)),
                Norm(config, "norm")),
            VideoMaeConfig videoMae => Block("encoder", "", nameof(VideoMaeEncoder), videoMae.System, output, default, 0, 1,
                Patches(config), Stack(config, Blocks, videoMae.Depth, [grid.Tokens], 1, VideoMaeBlock(videoMae)),
                Norm(config, videoMae.MeanPooling ? "fc_norm" : "norm")),
            InternVideo2Config internVideo2 => OfInternVideo2(internVideo2, output),
            VideoPrismConfig prism => OfVideoPrism(prism, output),
            _ => throw new ArgumentException($"{config.GetType().Name}: no tree is known of this encoder", nameof(config)),
        };
    }

    private static BlockDescription OfInternVideo2(InternVideo2Config config, string output)
    {
        var (grid, width) = (config.Grid, (long)config.Width);
        double[] seen = [1 + grid.Tokens];
        var block = new TransformerBlockOptions(config.Width, config.Heads, config.MlpHidden, config.Gelu, 1, 0, 0);
        var tables = config.SeparatePositions ? grid.TokensPerFrame + grid.Frames + 1 : grid.Tokens + 1;
        return Block("encoder", "", nameof(InternVideo2Encoder), config.System, output, Cost.Table((1 + tables) * width), 0, 1,
            Patches(config),
            Block(Range(Blocks, config.Depth), "blocks.", nameof(TransformerBlock), config.System, $"[{Tokens(seen)}, {width}]",
                EncoderBlocks.Norms(block), 0, config.Depth,
                EncoderBlocks.Parts(block, $"blocks.{Index(config.Depth)}.", config.System, seen, trains: false)),
            EncoderBlocks.Pool(width, config.PoolWidth, "", config.System, seen, pools: true, trains: false));
    }

    private static BlockDescription OfVideoPrism(VideoPrismConfig config, string output)
    {
        var (grid, width) = (config.Grid, (long)config.Width);
        var parts = new List<BlockDescription>
        {
            Patches(config),
            Stack(config, "spatial_blocks", config.SpatialDepth, [grid.TokensPerFrame], grid.Frames, PlainBlock(config)),
            Norm(config, "spatial_norm"),
            Stack(config, "temporal_blocks", config.TemporalDepth, [grid.Frames], grid.TokensPerFrame, PlainBlock(config)),
            Norm(config, "temporal_norm"),
        };
        if (config.AuxiliaryDepth > 0)
            parts.Add(Stack(config, "auxiliary_blocks", config.AuxiliaryDepth, [grid.Tokens], 1, PlainBlock(config)));
        if (config.IsVideoText)
        {
            var hidden = (long)config.PoolHidden;
            parts.Add(Block("pool", "pool.", nameof(VideoPrismPool), config.System, $"[{grid.Tokens}, {width}] -> [{width}]",
                // Query, scales, norm; one query, keys and values of all tokens.
                Cost.Table((3 * width) + (hidden / config.Heads)) + Cost.Linear(1, width, hidden) + Cost.Linear(grid.Tokens, width, hidden)
                + Cost.Linear(grid.Tokens, width, hidden) + Cost.Attention(grid.Tokens, hidden) + Cost.Linear(1, hidden, width)));
        }

        return Block(
            "encoder", "", nameof(VideoPrismEncoder), config.System, output, Cost.Table((grid.TokensPerFrame + grid.Frames) * width), 0, 1,
            parts);
    }

    private static BlockDescription Patches(PeerConfig config)
    {
        var (tokens, width, pixels) = (config.Grid.Tokens, (long)config.Width, 3L * config.Tubelet * config.PatchSize * config.PatchSize);
        return Block("patch_embed", "patch_embed.", nameof(TubeletEmbedding), config.System, $"[{tokens}, {pixels}] -> [{tokens}, {width}]",
            Cost.Linear(tokens, pixels, width));
    }

    private static BlockDescription Norm(PeerConfig config, string name) =>
        Block(name, name + ".", config is VideoPrismConfig ? nameof(UnitOffsetLayerNorm) : "LayerNorm", config.System, $"[{config.Width}]",
            Cost.Table(2L * config.Width));

    private static BlockDescription Stack(
        PeerConfig config, string name, int depth, double[] lengths, int sequences, (Cost Norms, Cost Biases) own)
    {
        var (width, hidden, length) = ((long)config.Width, (long)config.MlpHidden, lengths[0]);
        var (all, key, shape) = (sequences * length, $"{name}.{Index(depth)}.", $"{(sequences > 1 ? $"{sequences} x " : "")}"
            + $"[{Tokens(lengths)}, {width}]");
        return Block(Range(name, depth), name + ".", nameof(LayerNormBlock), config.System, shape, own.Norms, 0, depth,
            Block("attn", key + "attn.", nameof(MultiHeadAttention), config.System, shape,
                own.Biases + Cost.Linear(all, width, 3 * width, bias: false) + Cost.Attention(sequences * length * length, width)
                + Cost.Linear(all, width, width)),
            Block("mlp", key + "mlp.", nameof(Mlp), config.System, shape,
                Cost.Linear(all, width, hidden) + Cost.Linear(all, hidden, width)));
    }

    private static (Cost Norms, Cost Biases) PlainBlock(PeerConfig config) =>
        (Cost.Table(4L * config.Width), Cost.Table(3L * config.Width));

    private static (Cost Norms, Cost Biases) VideoMaeBlock(VideoMaeConfig config) =>
        (Cost.Table((config.LayerScale ? 6L : 4L) * config.Width), Cost.Table(config.QkvBias ? 2L * config.Width : 0));
}
