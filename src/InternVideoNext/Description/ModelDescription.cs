using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using static TorchSharp.torch;

namespace InternVideoNext.Description;

/// <summary>
/// A run's model as a tree with shapes, parameters and multiply-adds, computed from the configuration alone: no weights are
/// allocated, so that any size is described in a moment.
/// </summary>
public sealed record ModelDescription
{
    /// <summary>The trained model; its figures are those of a training step's forward pass, masks respected.</summary>
    public required BlockDescription Student { get; init; }

    /// <summary>The frozen teacher, which sees every token; null where the run has none.</summary>
    public required BlockDescription? Teacher { get; init; }

    /// <summary>Tokens of a clip, class tokens aside.</summary>
    public required int Tokens { get; init; }

    /// <summary>Tokens that the student sees, for each mask of a step; the mean of a few draws where masks differ in size.</summary>
    public required IReadOnlyList<double> VisibleTokens { get; init; }

    /// <summary>Device memory of a training step.</summary>
    public required MemoryEstimate Memory { get; init; }

    /// <summary>
    /// Multiply-adds of one clip in a training step: the student forward and, at twice that, backward; the teacher forward.
    /// </summary>
    public double TrainingMultiplyAdds => (3 * Student.MultiplyAdds) + (Teacher?.MultiplyAdds ?? 0);

    /// <summary>Describes what a run trains.</summary>
    /// <param name="config">Any run of either stage.</param>
    /// <exception cref="ArgumentException">A part's sizes do not fit together.</exception>
    public static ModelDescription Of(RunConfig config)
    {
        var tokens = CountTokens(config);
        var student = Build(config, tokens);
        var teacher = TeacherOf(config, tokens);
        return new ModelDescription
        {
            Student = student,
            Teacher = teacher,
            Tokens = tokens.All,
            VisibleTokens = tokens.Visible,
            Memory = MemoryEstimate.Of(config.Training, student, teacher),
        };
    }

    private static BlockDescription Build(RunConfig config, ClipTokens tokens)
    {
        var model = config.Model;
        var stage1 = config as Stage1Config;
        var width = model.Predictor?.OutputWidth ?? 0;
        // A loss of weight 0 is not computed, nor what only it needs.
        var predicts = stage1 is null || stage1.PixelWeight > 0 ? tokens.Visible.Count : 0;
        var parts = new List<BlockDescription>
        {
            EncoderBlocks.Of(model.Encoder, "encoder.", tokens, [.. tokens.Seen], pools: stage1 is { FinalWeight: > 0 }, trains: true),
        };
        if (model.Predictor is { } predictor) parts.Add(PredictorBlocks.Of(predictor, model.Encoder, "predictor.", tokens, predicts));
        if (model.Decoder is { } decoder)
            parts.Add(
                decoder.Describe(
                model.Encoder, width, $"decoder.{decoder.Key}.", predicts == 0 ? 0 : tokens.Masked.Sum() * decoder.ReadShare));
        if (model.PixelDecoder is { } pixels)
            parts.Add(pixels.Describe(model.Encoder, width, $"decoder.{pixels.Key}.", tokens.Masked.Sum() * pixels.ReadShare));
        if (model.Alignment is { } alignment) parts.Add(AlignmentBlocks.Of(alignment, model.Encoder, "alignment.", tokens));
        return BlockTree.Block(
            "student", "", nameof(EncoderPredictorDecoder), "Encoder-Predictor-Decoder framework",
            $"{model.Encoder.Frames} frames of {model.Encoder.ImageSize} px", default, 0, 1, parts);
    }

    // Draws a few batches of the run's masks and counts.
    private static ClipTokens CountTokens(RunConfig config)
    {
        const int Draws = 16;
        var grid = config.Model.Encoder.Grid;
        if (config is SupervisedConfig) return new ClipTokens(config.Model.Encoder.ClassTokens, grid.Tokens, [grid.Tokens]);
        var policy = config.Masking.Build(grid);
        using var scope = NewDisposeScope();
        var batch = Math.Min(config.Training.BatchSize, 64);
        // Only the number of tokens matters, so any saliency does.
        var saliency = ones((long)batch * grid.Frames, grid.TokensPerFrame);
        var counts = Enumerable.Range(0, Draws).Select(draw =>
        {
            using var generator = new Generator(SeedSequence.Derive(config.Training.Seed, (ulong)draw), CPU);
            return policy.Draw(batch, saliency, generator).Select(mask => (double)mask.Visible.size(1)).ToArray();
        }).ToList();
        return new ClipTokens(
            config.Model.Encoder.ClassTokens, grid.Tokens, [.. counts[0].Select((_, mask) => counts.Average(draw => draw[mask]))]);
    }

    // Null where the run has none.
    private static BlockDescription? TeacherOf(RunConfig config, ClipTokens tokens) => config switch
    {
        Stage1Config { Teacher: { } teacher } => teacher.Describe(config.Model.Encoder.Frames),
        Stage2Config { Teacher: LatentTeacher.Image, ImageTeacher: { } teacher } => teacher.Describe(config.Model.Encoder.Frames),
        Stage2Config { Teacher: LatentTeacher.Video } =>
            EncoderBlocks.Of(config.Model.Encoder, "", tokens, [tokens.Full], pools: false, trains: false) with
            {
                Name = "teacher",
                Section = "Stage 2, frozen teacher (method 7)",
            },
        _ => null,
    };
}
