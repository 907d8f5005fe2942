using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// A run that issues the same operators as another on tensors as small as its heads and layers allow: one clip of 3 x 3
/// patches a frame, and the least widths. Its step's time is what issuing operators costs, with the kernels' own least time.
/// </summary>
internal static class SmallestRun
{
    private const int Side = 3, Width = 16;

    // 108 tokens are the least of whole frames that local attention cuts into blocks of 16; 72 it does not cut.
    private const int BlockedFrames = 12, MostFrames = 8;

    /// <summary>The smallest run of the same kind, depth, heads, layers, masks and precision.</summary>
    public static RunConfig Of(RunConfig config)
    {
        var (encoder, teacher) = (Encoder(config.Model), Teacher(config));
        var model = config.Model with
        {
            Encoder = encoder,
            Predictor = config.Model.Predictor is { } predictor ? Predictor(predictor) : null,
            Decoder = config.Model.Decoder is { } decoder ? Decoder(decoder, teacher) : null,
            Alignment = config.Model.Alignment is { } alignment && teacher is not null
                ? alignment with { TeacherWidth = teacher.Tower.Width } : config.Model.Alignment,
        };
        var (data, training) = (
            config.Data with { Size = encoder.ImageSize, Frames = encoder.Frames }, config.Training with { BatchSize = 1 });
        return config switch
        {
            Stage1Config stage1 => stage1 with { Model = model, Data = data, Training = training, Teacher = teacher },
            Stage2Config stage2 => stage2 with { Model = model, Data = data, Training = training, ImageTeacher = teacher },
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "no stage of the method"),
        };
    }

    private static EncoderConfig Encoder(ModelConfig model) => model.Encoder with
    {
        Width = Multiple(Width, model.Encoder.Heads, model.Encoder.PoolHeads),
        ImageSize = Side,
        PatchSize = 1,
        PoolWidth = Width,
        Frames = AttendsInBlocks(model) ? BlockedFrames : Math.Min(model.Encoder.Frames, MostFrames),
    };

    private static bool AttendsInBlocks(ModelConfig model) => model.Predictor is ModernBertPredictorConfig bert
        && LocalAttention.WayFor(
            model.Encoder.ClassTokens + model.Encoder.Grid.Tokens, bert.LocalAttention / 2) == LocalAttentionWay.Blocks;

    private static PredictorConfig Predictor(PredictorConfig config) => config switch
    {
        ModernBertPredictorConfig bert => bert with { Width = 2 * bert.Heads, Intermediate = 2, LocalAttention = 2, TextWeights = null },
        VitPredictorConfig vit => vit with { Width = Multiple(Width, vit.Heads) },
        _ => config,
    };

    private static DecoderConfig Decoder(DecoderConfig config, SiglipTeacherConfig? teacher) => config switch
    {
        DiffusionDecoderConfig diffusion => diffusion with { Width = Width },
        LatentDecoderConfig { TargetWidth: not null } latent => latent with { TargetWidth = teacher?.Tower.Width },
        _ => config,
    };

    // Frames that the teacher's tower resizes in the run are resized here too.
    private static SiglipTeacherConfig? Teacher(RunConfig config)
    {
        if (BenchmarkPlan.TeacherOf(config) is not SiglipTeacherConfig teacher) return null;
        var patch = teacher.Tower.ImageSize == config.Model.Encoder.ImageSize ? 1 : 2;
        return teacher with
        {
            Path = null,
            RandomWeights = true,
            Tower = teacher.Tower with
            {
                Width = teacher.Tower.Heads,
                Intermediate = teacher.Tower.Heads,
                ImageSize = Side * patch,
                PatchSize = patch
            },
        };
    }

    private static int Multiple(params ReadOnlySpan<int> of)
    {
        var least = 1;
        foreach (var number in of) least = least / Greatest(least, number) * number;
        return least;

        static int Greatest(int a, int b) => b == 0 ? a : Greatest(b, a % b);
    }
}
