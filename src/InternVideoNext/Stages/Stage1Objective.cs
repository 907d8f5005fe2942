using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

// Shapes: B clips, N tokens, Nv visible, Nm masked, C student width, Cp predictor width, D teacher width, K aligned layers, P pixels per
// patch.

/// <summary>The three losses of Stage 1 (method, section 6), each a function of the student and given inputs.</summary>
public static class Stage1Objective
{
    /// <summary>Mean of 2 - 2 cos between the student's last K blocks and the teacher's K states, at visible tokens.</summary>
    /// <param name="alignment">The student's heads.</param>
    /// <param name="layers">Outputs of every encoder block, [B, classes + Nv, C].</param>
    /// <param name="teacher">[K, B, N, D], L2-normalised, shallow to deep.</param>
    /// <param name="visible">[B, Nv] int64.</param>
    public static Tensor AlignMiddle(SemanticAlignment alignment, IReadOnlyList<Tensor> layers, Tensor teacher, Tensor visible)
    {
        using var scope = NewDisposeScope();
        var student = alignment.Middle(layers, visible);                                                // [K, B, Nv, D]
        var index = visible.unsqueeze(0).unsqueeze(-1).expand(student.shape);
        var target = teacher.gather(2, index);                                                          // [K, B, Nv, D]
        return CosineDistance(student, target).MoveToOuterDisposeScope();
    }

    /// <summary>Mean of 2 - 2 cos between the student's pooled vector and the teacher's frame mean.</summary>
    /// <param name="alignment">The student's heads.</param>
    /// <param name="pooled">[B, pool width].</param>
    /// <param name="teacher">[B, D]: unit vectors averaged over frames, not renormalised.</param>
    public static Tensor AlignFinal(SemanticAlignment alignment, Tensor pooled, Tensor teacher)
    {
        using var scope = NewDisposeScope();
        return CosineDistance(alignment.Final(pooled), teacher).MoveToOuterDisposeScope();
    }

    /// <summary>Mean pixel loss over the masked tokens: diffusion, or squared error for the linear decoder.</summary>
    /// <param name="student">The model; its pixel decoder is asked.</param>
    /// <param name="predicted">The predictor's output at masked tokens, [B, Nm, Cp].</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="mask">Which tokens are masked.</param>
    /// <param name="noise">For timesteps and noise.</param>
    public static Tensor Pixel(EncoderPredictorDecoder student, Tensor predicted, Tensor video, TokenMask mask, TensorRandom noise)
    {
        return Pixel(student, predicted, video, mask, (target, z) => student.PixelDecoder!.TokenLoss(target, z, noise));
    }

    /// <summary>The same with any loss per token, for example a diffusion loss of given draws.</summary>
    /// <param name="student">The model; it says how large a patch is.</param>
    /// <param name="predicted">[B, Nm, Cp].</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="mask">Which tokens are masked.</param>
    /// <param name="tokenLoss">From pixels [B Nm, P] and the predictor's output [B Nm, Cp] to losses [B Nm].</param>
    public static Tensor Pixel(
        EncoderPredictorDecoder student, Tensor predicted, Tensor video, TokenMask mask, Func<Tensor, Tensor, Tensor> tokenLoss)
    {
        using var scope = NewDisposeScope();
        var target = PixelPatches.Extract(video, student.Config.Encoder.PatchSize, mask.Masked);             // [B*Nm, P]
        return tokenLoss(target, predicted.flatten(0, 1)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Mean of 2 - 2 a.b over all but the last dimension, in float32.</summary>
    internal static Tensor CosineDistance(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return (2 - (2 * (a.to(float32) * b.to(float32)).sum(-1))).mean().MoveToOuterDisposeScope();
    }
}
