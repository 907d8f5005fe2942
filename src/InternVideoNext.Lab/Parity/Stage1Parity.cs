using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>A whole Stage 1 step and the optimiser steps after it (method, sections 5, 6 and 8).</summary>
internal static class Stage1Parity
{
    private const string Weights = "weights.";

    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        var config = Model(reference);
        using var mask = new SemanticMaskingConfig { Ratio = reference.Number("mask_ratio") ?? new SemanticMaskingConfig().Ratio }
            .Build(config.Encoder.Grid)
            .FromOrder((int)reference.Shape("input.video")[0], reference["input.sample_order"]);
        rows.Compare("input.mask", mask.ToBoolean(), ParityTolerance.Exact);
        using var target = Teacher(reference, config.Encoder.Frames);
        var (student, note) = FindPoolHeads(reference, config, mask);
        using (student)
        {
            CheckAlignment(reference, rows, student, mask, note);
            CheckTraining(reference, rows, student, mask, target);
        }
    }

    private static ModelConfig Model(ReferenceData reference)
    {
        var encoder = ReferenceSizes.Encoder(reference, Weights) with { Heads = reference.Require("heads") };
        var aligned = reference.Count(Weights + "clip_decoder.");
        RequireLastBlocks(reference.List("return_layers"), aligned, encoder.Depth);
        return new ModelConfig
        {
            Encoder = encoder,
            Predictor = ReferenceSizes.Predictor(reference, Weights) with { Heads = reference.Require("predictor_heads") },
            Decoder = new DiffusionDecoderConfig
            {
                Width = (int)reference.Shape(Weights + "diffloss.net.input_proj.weight")[0],
                Depth = reference.Count(Weights + "diffloss.net.res_blocks."),
                Steps = reference.Int("diffusion_steps") ?? new DiffusionDecoderConfig().Steps,
            },
            Alignment = new AlignmentConfig
            {
                Layers = aligned,
                TeacherWidth = (int)reference.Shape(Weights + "final_clip_decoder.norm.weight")[0]
            },
        };
    }

    // return_layers lists the aligned blocks from the last one up.
    private static void RequireLastBlocks(IReadOnlyList<int>? listed, int aligned, int depth)
    {
        if (listed is not null && !listed.Order().SequenceEqual(Enumerable.Range(depth - aligned, aligned)))
            throw new InvalidDataException(
                $"return_layers: [{string.Join(", ", listed)}] are not the last {aligned} of {depth} blocks, which the method aligns");
    }

    private static TeacherOutput Teacher(ReferenceData reference, int frames)
    {
        var perFrame = reference["input.teacher_final_per_frame"];                                  // [B T, D]
        return new TeacherOutput(
            reference["input.teacher_middle"], perFrame.view(-1, frames, perFrame.size(1)).mean([1]), reference["input.teacher_attention"]);
    }

    // The pool's number of heads shows in no shape, and the recorded files do not state it: the one that gives the recorded vector.
    private static (EncoderPredictorDecoder Student, string? Note) FindPoolHeads(
        ReferenceData reference, ModelConfig config, TokenMask mask)
    {
        EncoderPredictorDecoder Load(int heads) =>
            ReferenceModels.Load(
                (config with { Encoder = config.Encoder with { PoolHeads = heads } }).Build, reference, Weights,
                ReferenceCheckpoint.Stage1);

        if (reference.Int("pool_heads") is { } stated) return (Load(stated), null);
        using var noGrad = no_grad();
        var candidates = ReferenceSizes.Heads(config.Encoder.Width, even: false, 16, config.Encoder.Heads).ToList();
        foreach (var heads in candidates)
        {
            var student = Load(heads);
            using var scope = NewDisposeScope();
            var tokens = student.Encoder.forward(reference["input.video"], mask.Visible, null).Tokens;
            if (ReferenceModels.Agrees(reference, "output.align_final", student.Alignment!.Final(student.Encoder.Pool(tokens))))
                return (student, $"pool_heads is not in info: {heads} of {candidates.Count} candidates fits");
            student.Dispose();
        }
        return (Load(candidates[0]), $"pool_heads is not in info, and none of {string.Join(", ", candidates)} fits");
    }

    private static void CheckAlignment(
        ReferenceData reference, ParityRecorder rows, EncoderPredictorDecoder student, TokenMask mask, string? note)
    {
        using var noGrad = no_grad();
        var encoded = student.Encoder.forward(reference["input.video"], mask.Visible, null);
        rows.Compare("output.align_middle", student.Alignment!.Middle(encoded.Layers, mask.Visible), ParityTolerance.Output);
        rows.Compare("output.align_final", student.Alignment.Final(student.Encoder.Pool(encoded.Tokens)), ParityTolerance.Output, note);
    }

    private static void CheckTraining(
        ReferenceData reference, ParityRecorder rows, EncoderPredictorDecoder student, TokenMask mask, TeacherOutput target)
    {
        var steps = reference.Has("output.loss_trajectory") ? (int)reference.Shape("output.loss_trajectory")[0] : 1;
        var training = ReferenceSizes.Optimizer(reference.Text("optimizer"), steps);
        using var optimizer = new FlatAdamW(student, training);
        var groups = optimizer.Parameters.Groups.ToLookup(group => group.Decays, group => group.Views(group.Master).Count());
        rows.CompareNumbers("meta.no_decay_count", [groups[false].Sum(), groups[true].Sum()], ParityTolerance.Exact);
        var (video, t, noise) = (reference["input.video"], reference["input.t"], reference["input.noise"]);
        var (losses, norms) = (new double[steps], new double[steps]);
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            var parts = Losses(student, video, mask, target, t, noise);
            parts.Total.backward();
            if (step == 0)
            {
                foreach (var (name, value) in parts.Parts) rows.Compare($"output.{name}", value, ParityTolerance.Loss);
                ReferenceModels.CompareGradients(reference, rows, student, ReferenceCheckpoint.Stage1);
            }
            losses[step] = parts.Total.item<float>();
            norms[step] = optimizer.Step(training.BaseLearningRate, parts.Total).item<float>();
        }
        rows.CompareNumbers("output.loss_trajectory", losses, ParityTolerance.Trajectory);
        rows.CompareNumbers("output.grad_norm_trajectory", norms, ParityTolerance.Trajectory);
    }

    // The stage's own losses, with the recorded draws of the diffusion in place of a generator's.
    private static LossParts Losses(
        EncoderPredictorDecoder student, Tensor video, TokenMask mask, TeacherOutput target, Tensor t, Tensor noise)
    {
        var decoder = (DiffusionDecoder)student.PixelDecoder!;
        var encoded = student.Encoder.Encode(student.Encoder.Embed(video), mask.Visible, dropPath: null);
        var losses = new WeightedLosses();
        losses.Add("loss_middle", Stage1Objective.AlignMiddle(student.Alignment!, encoded.Layers, target.Middle, mask.Visible), 1);
        losses.Add("loss_final", Stage1Objective.AlignFinal(student.Alignment!, student.Encoder.Pool(encoded.Tokens), target.Final), 1);
        var predicted = student.PredictMasked(encoded.Tokens, mask);
        var pixel = Stage1Objective.Pixel(student, predicted, video, mask, (pixels, z) => decoder.Loss(pixels, z, t, noise).Total());
        losses.Add("loss_diffusion", pixel, 1);
        return losses.Sum();
    }
}
