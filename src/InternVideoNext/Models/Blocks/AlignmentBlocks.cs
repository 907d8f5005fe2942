using InternVideoNext.Modules;
using static InternVideoNext.Models.BlockTree;

namespace InternVideoNext.Models;

/// <summary>The tree of the heads toward the image teacher.</summary>
internal static class AlignmentBlocks
{
    private const string Section = "Stage 1, semantic alignment (method 6)";

    /// <summary>The heads on the visible tokens and on the pooled vector.</summary>
    public static BlockDescription Of(AlignmentConfig config, EncoderConfig encoder, string key, ClipTokens tokens)
    {
        var (width, teacher, visible) = ((long)encoder.Width, (long)config.TeacherWidth, tokens.Visible.Sum());
        var (shape, pool) = (Tokens([visible]), (long)encoder.PoolWidth);
        return Block("alignment", key, nameof(SemanticAlignment), Section, $"{config.Layers} x [{shape}, {width}] -> [{shape}, {teacher}]",
            Cost.Table(tokens.Full * width), 0, 1,
            Block(Range("clip_decoder", config.Layers), key + "clip_decoder.", nameof(ProjectionHead), Section,
                $"[{shape}, {width}] -> [{shape}, {teacher}]",
                Cost.ProjectionHead(visible, width, teacher),
                // Besides the head: the normalised prediction and its product with the target.
                Cost.ProjectionHeadActivations(visible, width, teacher) + (3 * visible * teacher), config.Layers),
            Block("final_clip_decoder", key + "final_clip_decoder.", nameof(ProjectionHead), Section, $"[{pool}] -> [{teacher}]",
                Cost.ProjectionHead(1, pool, teacher), Cost.ProjectionHeadActivations(1, pool, teacher)));
    }
}
