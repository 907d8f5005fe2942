using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Stages;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>A whole Stage 2 step: teacher, predictions, losses, gradients (method, section 7).</summary>
internal static class Stage2Parity
{
    private const string Student = "weights.student.", Teacher = "weights.teacher.";

    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        var (encoder, encoderNote) = FindEncoder(reference);
        var masks = Enumerable.Range(0, reference.Count("input.mask.")).Select(i => ReferenceModels.Mask(reference, $"input.mask.{i}"))
            .ToList();
        if (masks.Count == 0) throw new InvalidDataException("the file has no input.mask.0");
        using var teacher = ReferenceModels.Load(encoder.Build, reference, Teacher, ReferenceCheckpoint.IntoEncoder);
        var video = reference["input.video"];
        rows.Compare("output.teacher_tokens", Tokens(teacher, video), ParityTolerance.Output, encoderNote);
        var targets = Stage2Objective.Targets(teacher, video);
        var (student, predictorNote) = FindPredictor(reference, encoder, masks[0]);
        using (student) CheckStep(reference, rows, student, video, targets, masks, predictorNote);
    }

    private static void CheckStep(
        ReferenceData reference, ParityRecorder rows, EncoderPredictorDecoder student, Tensor video, Tensor targets, List<TokenMask> masks,
            string? note)
    {
        var patches = student.Encoder.Embed(video);
        var losses = new WeightedLosses();
        for (var i = 0; i < masks.Count; i++)
        {
            var prediction = Stage2Objective.Predict(student, patches, masks[i], dropPath: null);
            rows.Compare($"output.prediction.{i}", prediction, ParityTolerance.Output, i == 0 ? note : null);
            var loss = Stage2Objective.Loss(prediction, targets, masks[i]);
            rows.Compare($"output.loss.{i}", loss, ParityTolerance.Loss);
            losses.Add($"latent_{i}", loss, weight: 1);
        }
        var total = losses.Sum().Total;
        rows.Compare("output.loss", total, ParityTolerance.Loss);
        total.backward();
        ReferenceModels.CompareGradients(reference, rows, student, ReferenceCheckpoint.Stage2);
    }

    // The recorded tokens are those before normalisation.
    private static Tensor Tokens(VideoEncoder teacher, Tensor video)
    {
        using var noGrad = no_grad();
        return teacher.forward(video, null, null).Tokens.narrow(1, teacher.Config.ClassTokens, teacher.Config.Grid.Tokens);
    }

    // These files state widths only: the numbers of heads, which no shape shows, are those that give the recorded outputs.
    private static (EncoderConfig Config, string? Note) FindEncoder(ReferenceData reference)
    {
        var config = ReferenceSizes.Encoder(reference, Teacher);
        if (reference.Int("heads") is not null) return (config, null);
        using var noGrad = no_grad();
        var candidates = ReferenceSizes.Heads(config.Width, even: false, 4, config.Width / 64).ToList();
        foreach (var heads in candidates)
        {
            using var scope = NewDisposeScope();
            var candidate = config with { Heads = heads };
            using var teacher = ReferenceModels.Load(candidate.Build, reference, Teacher, ReferenceCheckpoint.IntoEncoder);
            if (ReferenceModels.Agrees(reference, "output.teacher_tokens", Tokens(teacher, reference["input.video"])))
                return (candidate, $"heads is not in info: {heads} of {candidates.Count} candidates fits");
        }
        return (config with { Heads = candidates[0] }, $"heads is not in info, and none of {string.Join(", ", candidates)} fits");
    }

    private static (EncoderPredictorDecoder Student, string? Note) FindPredictor(
        ReferenceData reference, EncoderConfig encoder, TokenMask mask)
    {
        EncoderPredictorDecoder Load(ModernBertPredictorConfig predictor) => ReferenceModels.Load(
            new ModelConfig { Encoder = encoder, Predictor = predictor, Decoder = new LatentDecoderConfig() }.Build, reference, Student,
                ReferenceCheckpoint.Stage2);

        var stated = ReferenceSizes.Predictor(reference, Student);
        if (reference.Int("predictor_heads") is not null) return (Load(stated), null);
        using var noGrad = no_grad();
        var candidates = Candidates(reference, stated).ToList();
        foreach (var candidate in candidates)
        {
            var student = Load(candidate);
            using var scope = NewDisposeScope();
            if (ReferenceModels.Agrees(
                reference, "output.prediction.0",
                Stage2Objective.Predict(student, student.Encoder.Embed(reference["input.video"]), mask, dropPath: null)))
                return (student,
                    $"not in info: predictor_heads {candidate.Heads}, local_attention {candidate.LocalAttention}, first layer "
                    + $"{candidate.LayerIds[0]} fit, of {candidates.Count} candidates");
            student.Dispose();
        }
        return (Load(candidates[0]), $"predictor_heads is not in info, and none of {candidates.Count} candidates fits");
    }

    // Heads first, then narrower windows, then other places among global and local layers.
    private static IEnumerable<ModernBertPredictorConfig> Candidates(ReferenceData reference, ModernBertPredictorConfig stated)
    {
        var sequence = reference.Shape(Student + "diff_pos_embed")[1];
        int[] windows = reference.Int("local_attention") is { } window ? [window]
            : [stated.LocalAttention, .. ((int[])[64, 32, 16, 8]).Where(w => w / 2 < sequence - 1)];
        var known = reference.List("predictor_layer_ids") is not null || stated.LayerIds[0] == 0;
        return
            from shift in Enumerable.Range(0, known ? 1 : stated.GlobalEvery)
            from local in windows
            from heads in ReferenceSizes.Heads(stated.Width, even: true, 4, 16)
            select stated with { LayerIds = [.. stated.LayerIds.Select(id => id + shift)], LocalAttention = local, Heads = heads };
    }
}
