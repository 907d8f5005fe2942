using static InternVideoNext.Models.BlockTree;

namespace InternVideoNext.Models;

/// <summary>The video encoder's tree.</summary>
internal static class EncoderBlocks
{
    private const string Section = "encoder E (method 1)";

    /// <summary>The encoder on a sequence for each mask, patches embedded once.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="tokens">N and class tokens.</param>
    /// <param name="seen">Lengths of the sequences that the blocks run on.</param>
    /// <param name="pools">Whether the pool is computed.</param>
    /// <param name="trains">Whether activations are kept.</param>
    public static BlockDescription Of(
        EncoderConfig config, string key, ClipTokens tokens, IReadOnlyList<double> seen, bool pools, bool trains)
    {
        var (width, kept) = ((long)config.Width, trains ? 1 : 0);
        var pixels = 3L * config.PatchSize * config.PatchSize;
        var (all, sequence) = (tokens.All, Tokens(seen));
        return Block(
            "encoder", key, nameof(VideoEncoder), Section,
            $"[3, {config.Frames}, {config.ImageSize}, {config.ImageSize}] -> [{sequence}, {width}]",
            Cost.Table((config.ClassTokens * width) + (tokens.Full * width)), 0, 1,
            Block("patch_embed", key + "patch_embed.", nameof(Modules.PatchEmbedding), Section, $"[{all}, {pixels}] -> [{all}, {width}]",
                Cost.Table(pixels + width) + Cost.Linear(all, pixels, width), kept * all * (pixels + width)),
            Block(Range("blocks", config.Depth), key + "blocks.", nameof(Modules.TransformerBlock), Section, $"[{sequence}, {width}]",
                Norms(config.Block(0)), 0, config.Depth,
                    Parts(config.Block(0), $"{key}blocks.{Index(config.Depth)}.", Section, seen, trains)),
            Pool(config.Width, config.PoolWidth, key, Section, seen, pools, trains));
    }

    /// <summary>What a transformer block has besides its branches: two norms, and layer scales if any.</summary>
    public static Cost Norms(Modules.TransformerBlockOptions block) =>
        Cost.Table((block.LayerScaleInit is null ? 2 : 4) * (long)block.Width);

    /// <summary>The two branches of a transformer block.</summary>
    public static IReadOnlyList<BlockDescription> Parts(
        Modules.TransformerBlockOptions block, string key, string section, IReadOnlyList<double> lengths, bool trains)
    {
        var (width, hidden, scale, sum) = ((long)block.Width, (long)block.Hidden, block.LayerScaleInit is null ? 0 : 1, lengths.Sum());
        var (shape, kept) = ($"[{Tokens(lengths)}, {width}]", trains ? sum : 0);
        return
        [
            // Kept: norm's input and output, q, k, v, normalised q and k, the mixture, with a layer scale the branch.
            Block("attn", key + "attn.", nameof(Modules.SelfAttention), section, shape,
                Cost.Table(2 * width) + Cost.Linear(sum, width, 3 * width, bias: false) + Cost.Attention(lengths.Sum(n => n * n), width)
                    + Cost.Linear(sum, width, width),
                kept * (8 + scale) * width),
            // Kept: norm's input and output, both sides of the activation, with a layer scale the branch.
            Block("mlp", key + "mlp.", nameof(Modules.Mlp), section, shape,
                Cost.Linear(sum, width, hidden) + Cost.Linear(sum, hidden, width),
                kept * (((2 + scale) * width) + (2 * hidden))),
        ];
    }

    /// <summary>The attention pool.</summary>
    /// <param name="width">C.</param>
    /// <param name="output">Width of the pooled vector.</param>
    /// <param name="key">How the encoder's names begin.</param>
    /// <param name="section">Of the paper.</param>
    /// <param name="seen">Lengths of the sequences.</param>
    /// <param name="pools">Whether the pool is computed.</param>
    /// <param name="trains">Whether activations are kept.</param>
    public static BlockDescription Pool(
        long width, long output, string key, string section, IReadOnlyList<double> seen, bool pools, bool trains)
    {
        var runs = pools ? 1 : 0;
        var sum = runs * seen.Sum();
        return Block(
            "clip_projector", key + "clip_projector.", nameof(Modules.AttentionPool), section,
            pools ? $"[{Tokens(seen)}, {width}] -> [{output}]" : "not used in this stage",
            // Three norms and three biases; one query, keys and values of all tokens.
            Cost.Table(9 * width) + Cost.Linear(runs, width, width, bias: false) + Cost.Linear(sum, width, 2 * width, bias: false)
            + Cost.Attention(sum, width) + Cost.Linear(runs, width, output),
            trains ? sum * 5 * width : 0);
    }
}
