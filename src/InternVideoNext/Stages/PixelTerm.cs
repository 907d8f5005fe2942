using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Stages;

// Shapes: B clips, Nm masked tokens of a clip, M = B * Nm, m tokens that the loss reads, P pixels per patch, Cp predictor width.

/// <summary>
/// Stage 1's pixel loss as a part of the sum; of a diffusion loss it also tells which timesteps it comes from, and whether it listens.
/// </summary>
internal static class PixelTerm
{
    private const int Quarters = 4;

    /// <summary>
    /// Adds the part <c>pixel</c>, and for a diffusion decoder the details <c>pixel_t1</c> (least noise) to <c>pixel_t4</c>:
    /// its mean over the tokens whose timestep fell into each quarter of the process.
    /// </summary>
    /// <param name="losses">Where to.</param>
    /// <param name="name">The part's name: <c>pixel</c>; the details begin with it.</param>
    /// <param name="weight">The part's weight.</param>
    /// <param name="student">The model.</param>
    /// <param name="predicted">The predictor's output at masked tokens, [B, Nm, Cp].</param>
    /// <param name="video">[B, 3, T, H, W].</param>
    /// <param name="mask">Which tokens are masked.</param>
    /// <param name="noise">For the choice of tokens, timesteps and noise.</param>
    /// <param name="measuresListening">
    /// Whether to add <c>listening_t1</c> to <c>listening_t4</c> besides: by how much the noise's error grows, relatively, where a token is
    /// decoded with the predictor's output for the same token of another clip. 0: the decoder ignores the predictor.
    /// </param>
    public static void AddTo(
        WeightedLosses losses, string name, double weight, EncoderPredictorDecoder student, Tensor predicted, Tensor video, TokenMask mask,
            TensorRandom noise, bool measuresListening)
    {
        if (student.PixelDecoder is not DiffusionDecoder diffusion)
        {
            losses.Add(name, Stage1Objective.Pixel(student, predicted, video, mask, noise), weight);
            return;
        }
        var (steps, masked) = (diffusion.Process.Schedule.Steps, mask.Masked.size(1));
        Tensor? means = null, listening = null;
        var loss = Stage1Objective.Pixel(student, predicted, video, mask, (target, z) =>
        {
            var (pixels, own, chosen) = Choose(diffusion.Config, target, z, noise);
            var t = diffusion.DrawTimesteps(pixels.size(0), noise);
            var drawn = noise.Normal(pixels.shape);
            var both = diffusion.Loss(pixels, own, t, drawn);
            var tokens = both.Total();
            means = ByQuarter(tokens.detach(), t, steps).MoveToOuterDisposeScope();
            if (measuresListening && video.size(0) > 1)
                listening = Listening(diffusion, pixels, Foreign(z, masked, chosen, pixels.size(0)), t, drawn, both.Mse.detach())
                    .MoveToOuterDisposeScope();
            return tokens;
        });
        losses.Add(name, loss, weight);
        for (var i = 0; i < Quarters; i++) losses.AddDetail($"{name}_t{i + 1}", means![i]);
        if (listening is null) return;
        for (var i = 0; i < Quarters; i++) losses.AddDetail($"listening_t{i + 1}", listening[i]);
    }

    // The tokens that the loss reads, each as often as it has noise levels. Chosen: their indices, [m]; null for all of them.
    private static (Tensor Pixels, Tensor Z, Tensor? Chosen) Choose(
        DiffusionDecoderConfig config, Tensor target, Tensor z, TensorRandom random)
    {
        Tensor? chosen = null;
        if (config.TokenShare < 1)
        {
            var count = Math.Max(1, (long)Math.Round(config.TokenShare * target.size(0)));
            chosen = random.Permutation(target.size(0)).narrow(0, 0, count);
            (target, z) = (target.index_select(0, chosen), z.index_select(0, chosen));
        }
        return config.NoiseLevels == 1 ? (target, z, chosen)
            : (target.repeat(config.NoiseLevels, 1), z.repeat(config.NoiseLevels, 1), chosen);
    }

    // The predictor's output for the same place among the masked tokens of the next clip, [rows, Cp].
    private static Tensor Foreign(Tensor z, long masked, Tensor? chosen, long rows)
    {
        var other = z.detach().roll(masked, 0);
        if (chosen is not null) other = other.index_select(0, chosen);
        return other.repeat(rows / other.size(0), 1);
    }

    // [4]: the noise's error with the foreign condition over that with the own one, less 1.
    private static Tensor Listening(DiffusionDecoder diffusion, Tensor pixels, Tensor foreign, Tensor t, Tensor drawn, Tensor own)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var other = diffusion.Loss(pixels, foreign, t, drawn).Mse;
        var steps = diffusion.Process.Schedule.Steps;
        return (ByQuarter(other, t, steps) / ByQuarter(own, t, steps) - 1).MoveToOuterDisposeScope();
    }

    // [4]; not a number where no token fell into a quarter. A sum over a mask, since an indexed sum is not repeatable on a GPU.
    private static Tensor ByQuarter(Tensor tokens, Tensor t, int steps)
    {
        using var scope = NewDisposeScope();
        var quarter = (t * Quarters).div(steps, RoundingMode.floor).unsqueeze(1);                               // [m, 1]
        var member = quarter.eq(arange(Quarters, dtype: int64, device: t.device)).to(tokens.dtype);             // [m, 4]
        return ((tokens.unsqueeze(1) * member).sum([0]) / member.sum([0])).MoveToOuterDisposeScope();
    }
}
