using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

// Shapes: B clips, N tokens, Nv visible, Nm masked, C encoder width, D target width.

/// <summary>The loss of Stage 2 (method, section 7).</summary>
public static class Stage2Objective
{
    /// <summary>A video teacher's targets: its tokens on the full clip, without class tokens, L2-normalised.</summary>
    /// <param name="teacher">The frozen or moving encoder; called without dropped paths and without gradient.</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <returns>[B, N, C].</returns>
    public static Tensor Targets(VideoEncoder teacher, Tensor video)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var tokens = teacher.Encode(teacher.Embed(video), visible: null, dropPath: null).Tokens;
        var classes = teacher.Config.ClassTokens;
        return nn.functional.normalize(tokens.narrow(1, classes, tokens.size(1) - classes), p: 2, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>The student's L2-normalised prediction at the masked tokens of one mask.</summary>
    /// <param name="student">Encoder, predictor and latent decoder.</param>
    /// <param name="patches">The student's embedded patches, [B, N, C], shared by the masks of a step.</param>
    /// <param name="mask">One of the step's masks.</param>
    /// <param name="dropPath">For dropped paths; null in evaluation.</param>
    /// <returns>[B, Nm, D].</returns>
    public static Tensor Predict(EncoderPredictorDecoder student, Tensor patches, TokenMask mask, TensorRandom? dropPath) =>
        student.LatentDecoder!.call(Complete(student, patches, mask, dropPath, StepTrace.None));

    /// <summary>The predictor's output at masked tokens, telling a trace which part is under way.</summary>
    /// <returns>[B, Nm, Cp].</returns>
    internal static Tensor Complete(
        EncoderPredictorDecoder student, Tensor patches, TokenMask mask, TensorRandom? dropPath, StepTrace trace)
    {
        using var scope = NewDisposeScope();
        Tensor encoded;
        // [B, classes + Nv, C]
        using (trace.Enter(StepPart.Encoder)) encoded = student.Encoder.Encode(patches, mask.Visible, dropPath).Tokens;
        using (trace.Enter(StepPart.Predictor)) return student.PredictMasked(encoded, mask).MoveToOuterDisposeScope();
    }

    /// <summary>Mean of 2 - 2 cos over the masked tokens of one mask.</summary>
    /// <param name="prediction">[B, Nm, D], L2-normalised.</param>
    /// <param name="targets">[B, N, D], L2-normalised.</param>
    /// <param name="mask">Which tokens were predicted.</param>
    public static Tensor Loss(Tensor prediction, Tensor targets, TokenMask mask)
    {
        using var scope = NewDisposeScope();
        var index = mask.Masked.unsqueeze(-1).expand(-1, -1, targets.size(2));
        return Stage1Objective.CosineDistance(prediction, targets.gather(1, index)).MoveToOuterDisposeScope();
    }
}
