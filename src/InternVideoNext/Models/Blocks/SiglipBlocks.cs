using static InternVideoNext.Models.BlockTree;

namespace InternVideoNext.Models;

/// <summary>The tree of a frozen image teacher: nothing of it is kept for a backward pass.</summary>
internal static class SiglipBlocks
{
    private const string Section = "semantic teacher (method 4)";

    /// <summary>A SigLIP2 tower on every frame of a clip.</summary>
    public static BlockDescription Of(SiglipConfig config, int frames)
    {
        var (width, hidden, tokens) = ((long)config.Width, (long)config.Intermediate, config.GridSide * config.GridSide);
        var (all, pixels) = ((double)tokens * frames, 3L * config.PatchSize * config.PatchSize);
        return Block(
            "teacher", "", nameof(SiglipVisionTower), Section,
            $"{frames} x [3, {config.ImageSize}, {config.ImageSize}] -> [{tokens}, {width}], [{width}], [{tokens}]",
            Cost.Table(2 * width), 0, 1,
            Block("embeddings", "embeddings.", "SiglipEmbeddings", Section, $"{frames} x [{tokens}, {pixels}] -> [{tokens}, {width}]",
                Cost.Linear(all, pixels, width) + Cost.Table(tokens * width)),
            Block(Range("encoder.layers", config.Depth), "encoder.layers.", "SiglipLayer", Section, $"{frames} x [{tokens}, {width}]",
                Cost.Table(4 * width) + Cost.Linear(all, width, 3 * width) + Cost.Attention(all * tokens, width)
                    + Cost.Linear(all, width, width)
                + Cost.Linear(all, width, hidden) + Cost.Linear(all, hidden, width), 0, config.Depth),
            Block("head", "head.", "SiglipPoolingHead", Section, $"{frames} x [{tokens}, {width}] -> [{width}], [{tokens}]",
                // The probe's query is the same for every frame.
                Cost.Table(3 * width) + Cost.Linear(1, width, width) + Cost.Linear(all, width, 2 * width) + Cost.Attention(all, width)
                + Cost.Linear(frames, width, width) + Cost.Linear(frames, width, hidden) + Cost.Linear(frames, hidden, width)));
    }
}
