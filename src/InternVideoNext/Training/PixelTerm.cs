using InternVideoNext.Masking;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>Stage 1's pixel loss as a part of the sum; of a diffusion loss it also tells which timesteps it comes from.</summary>
internal static class PixelTerm
{
    private const int Quarters = 4;

    /// <summary>
    /// Adds the part <c>pixel</c>, and for a diffusion decoder the details <c>pixel_t1</c> (least noise) to <c>pixel_t4</c>:
    /// its mean over the tokens whose timestep fell into each quarter of the process.
    /// </summary>
    public static void AddTo(WeightedLosses losses, double weight, EncoderPredictorDecoder student, Tensor predicted, Tensor video, TokenMask mask, Generator noise)
    {
        if (student.PixelDecoder is not DiffusionDecoder diffusion)
        {
            losses.Add("pixel", Stage1Objective.Pixel(student, predicted, video, mask, noise), weight);
            return;
        }
        Tensor? means = null;
        var loss = Stage1Objective.Pixel(student, predicted, video, mask, (target, z) =>
        {
            var t = diffusion.DrawTimesteps(target.size(0), target.device, noise);
            var tokens = diffusion.TokenLoss(target, z, t, noise);
            means = ByQuarter(tokens.detach(), t, diffusion.Process.Schedule.Steps).MoveToOuterDisposeScope();
            return tokens;
        });
        losses.Add("pixel", loss, weight);
        for (var i = 0; i < Quarters; i++) losses.AddDetail($"pixel_t{i + 1}", means![i]);
    }

    // [4]; not a number where no token fell into a quarter. A sum over a mask, since an indexed sum is not repeatable on a GPU.
    private static Tensor ByQuarter(Tensor tokens, Tensor t, int steps)
    {
        using var scope = NewDisposeScope();
        var quarter = (t * Quarters).div(steps, RoundingMode.floor).unsqueeze(1);                               // [M, 1]
        var member = quarter.eq(arange(Quarters, dtype: int64, device: t.device)).to(tokens.dtype);             // [M, 4]
        return ((tokens.unsqueeze(1) * member).sum([0]) / member.sum([0])).MoveToOuterDisposeScope();
    }
}
