using InternVideoNext.Training;

namespace InternVideoNext.Models.Description;

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
        var tokens = ClipTokens.Of(config);
        var student = Build(config, tokens);
        var teacher = TeacherBlocks.Of(config, tokens);
        return new ModelDescription
        {
            Student = student,
            Teacher = teacher,
            Tokens = tokens.All,
            VisibleTokens = tokens.Visible,
            Memory = MemoryEstimate.Of(config.Training, student, teacher),
        };
    }

    // Of the masked tokens, what the decoder computes in a step.
    private static double ReadShare(DecoderConfig decoder) => decoder is DiffusionDecoderConfig diffusion ? diffusion.TokenShare * diffusion.NoiseLevels : 1;

    private static BlockDescription Build(RunConfig config, ClipTokens tokens)
    {
        var model = config.Model;
        var stage1 = config as Stage1Config;
        // A loss of weight 0 is not computed, nor what only it needs.
        var predicts = stage1 is null || stage1.PixelWeight > 0 ? tokens.Visible.Count : 0;
        var parts = new List<BlockDescription>
        {
            EncoderBlocks.Of(model.Encoder, "encoder.", tokens, [.. tokens.Seen], pools: stage1 is { FinalWeight: > 0 }, trains: true),
        };
        if (model.Predictor is { } predictor) parts.Add(PredictorBlocks.Of(predictor, model.Encoder, "predictor.", tokens, predicts));
        if (model.Decoder is { } decoder)
            parts.Add(DecoderBlocks.Of(decoder, model.Encoder, model.Predictor is { } body ? PredictorBlocks.Width(body) : 0, $"decoder.{decoder.Key}.", predicts == 0 ? 0 : tokens.Masked.Sum() * ReadShare(decoder)));
        if (model.PixelDecoder is { } pixels)
            parts.Add(DecoderBlocks.Of(pixels, model.Encoder, PredictorBlocks.Width(model.Predictor!), $"decoder.{pixels.Key}.", tokens.Masked.Sum() * ReadShare(pixels)));
        if (model.Alignment is { } alignment) parts.Add(AlignmentBlocks.Of(alignment, model.Encoder, "alignment.", tokens));
        return BlockTree.Block("student", "", nameof(EncoderPredictorDecoder), "Encoder-Predictor-Decoder framework", $"{model.Encoder.Frames} frames of {model.Encoder.ImageSize} px", default, 0, 1, parts);
    }
}
