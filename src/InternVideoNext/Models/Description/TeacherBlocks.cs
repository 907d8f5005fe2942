using InternVideoNext.Data.Shapes;
using InternVideoNext.Training;
using static InternVideoNext.Models.Description.BlockTree;

namespace InternVideoNext.Models.Description;

/// <summary>The trees of the frozen teachers: nothing of them is kept for a backward pass.</summary>
internal static class TeacherBlocks
{
    private const string Section = "semantic teacher (method 4)";

    /// <summary>The teacher of a run; null where it has none.</summary>
    public static BlockDescription? Of(RunConfig config, ClipTokens tokens) => config switch
    {
        Stage1Config { Teacher: { } teacher } => Image(Tower(teacher), config.Model.Encoder.Frames),
        Stage2Config { Teacher: LatentTeacher.Image, ImageTeacher: { } teacher } => Image(Tower(teacher), config.Model.Encoder.Frames),
        Stage2Config { Teacher: LatentTeacher.Video } => EncoderBlocks.Of(config.Model.Encoder, "", tokens, [tokens.Full], pools: false, trains: false) with
        {
            Name = "teacher",
            Section = "Stage 2, frozen teacher (method 7)",
        },
        _ => null,
    };

    private static SiglipConfig Tower(ImageTeacherConfig config)
    {
        if (config is SiglipTeacherConfig siglip) return siglip.Tower;
        if (config is not Training.ShapesTeacherConfig shapes) throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "not an image teacher");
        using var teacher = shapes.Path is { } path ? ShapesTeacher.Load(path) : ShapesTeacher.LoadEmbedded();
        return teacher.Tower.Config;
    }

    private static BlockDescription Image(SiglipConfig config, int frames)
    {
        var (width, hidden, tokens) = ((long)config.Width, (long)config.Intermediate, config.GridSide * config.GridSide);
        var (all, pixels) = ((double)tokens * frames, 3L * config.PatchSize * config.PatchSize);
        return Block("teacher", "", nameof(SiglipVisionTower), Section, $"{frames} x [3, {config.ImageSize}, {config.ImageSize}] -> [{tokens}, {width}], [{width}], [{tokens}]",
            Cost.Table(2 * width), 0, 1,
            Block("embeddings", "embeddings.", "SiglipEmbeddings", Section, $"{frames} x [{tokens}, {pixels}] -> [{tokens}, {width}]",
                Cost.Linear(all, pixels, width) + Cost.Table(tokens * width)),
            Block(Range("encoder.layers", config.Depth), "encoder.layers.", "SiglipLayer", Section, $"{frames} x [{tokens}, {width}]",
                Cost.Table(4 * width) + Cost.Linear(all, width, 3 * width) + Cost.Attention(all * tokens, width) + Cost.Linear(all, width, width)
                + Cost.Linear(all, width, hidden) + Cost.Linear(all, hidden, width), 0, config.Depth),
            Block("head", "head.", "SiglipPoolingHead", Section, $"{frames} x [{tokens}, {width}] -> [{width}], [{tokens}]",
                // The probe's query is the same for every frame.
                Cost.Table(3 * width) + Cost.Linear(1, width, width) + Cost.Linear(all, width, 2 * width) + Cost.Attention(all, width)
                + Cost.Linear(frames, width, width) + Cost.Linear(frames, width, hidden) + Cost.Linear(frames, hidden, width)));
    }
}
