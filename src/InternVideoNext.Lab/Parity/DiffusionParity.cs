using System.Globalization;
using System.Text.RegularExpressions;
using InternVideoNext.Diffusion;
using InternVideoNext.Models;

namespace InternVideoNext.Parity;

/// <summary>The diffusion decoder: schedule, q-sample, network, both losses, gradients, sampling (method, section 3).</summary>
internal static partial class DiffusionParity
{
    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        var config = new DiffusionDecoderConfig
        {
            Width = (int)reference.Shape("weights.net.input_proj.weight")[0],
            Depth = reference.Count("weights.net.res_blocks."),
            Steps = reference.Int("steps") ?? (int)reference.Shape("schedule.betas")[0],
        };
        var (channels, condition) = ((int)reference.Shape("input.target")[1], (int)reference.Shape("input.condition")[1]);
        using var decoder = ReferenceModels.Load(
            g => config.Build(condition, channels, g), reference, "weights.", ReferenceModels.SameNames);
        CheckSchedule(reference, rows, decoder.Process.Schedule);
        CheckLoss(reference, rows, decoder);
        CheckSampling(reference, rows, decoder);
    }

    private static void CheckSchedule(ReferenceData reference, ParityRecorder rows, NoiseSchedule schedule)
    {
        rows.CompareNumbers("schedule.betas", schedule.Betas, ParityTolerance.Table);
        rows.CompareNumbers("schedule.alphas_cumprod", schedule.AlphasCumprod, ParityTolerance.Table);
        rows.CompareNumbers("schedule.posterior_log_variance_clipped", schedule.PosteriorLogVarianceClipped, ParityTolerance.Table);
        var counts = reference.Names.Select(name => Respaced().Match(name)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        if (counts.Count == 0) rows.Fail("schedule.respaced*", "missing in the file: not compared");
        foreach (var count in counts)
        {
            var respaced = schedule.Respace(int.Parse(count, CultureInfo.InvariantCulture));
            rows.CompareNumbers($"schedule.respaced{count}_timesteps", respaced.Timesteps.Select(t => (double)t), ParityTolerance.Exact);
            rows.CompareNumbers($"schedule.respaced{count}_betas", respaced.Betas, ParityTolerance.Table);
        }
    }

    private static void CheckLoss(ReferenceData reference, ParityRecorder rows, DiffusionDecoder decoder)
    {
        var (target, z, t, noise) = (
            reference["input.target"], reference["input.condition"], reference["input.t"], reference["input.noise"]);
        var noisy = decoder.Process.Diffuse(target, t, noise);
        rows.Compare("output.x_t", noisy, ParityTolerance.Output);
        rows.Compare("output.network", decoder.Network.call(noisy, t, z), ParityTolerance.Output);

        var loss = decoder.Loss(target, z, t, noise);
        rows.Compare("output.mse", loss.Mse, ParityTolerance.Output);
        rows.Compare("output.vb", loss.Vb, ParityTolerance.Output);
        var total = loss.Total().mean();
        rows.Compare("output.loss", total, ParityTolerance.Loss);
        total.backward();
        ReferenceModels.CompareGradients(reference, rows, decoder, ReferenceModels.SameNames);
    }

    private static void CheckSampling(ReferenceData reference, ParityRecorder rows, DiffusionDecoder decoder)
    {
        if (!reference.Has("input.sample_noises") || !reference.Has("input.sample_x_T"))
        {
            rows.Fail("output.sample", "input.sample_noises or input.sample_x_T is missing in the file: not compared");
            return;
        }
        var noises = reference["input.sample_noises"];                                              // [S, M, P]
        var sample = decoder.Sample(
            reference["input.condition"], reference["input.sample_x_T"], j => noises[j], samplingSteps: (int)noises.size(0));
        rows.Compare("output.sample", sample, ParityTolerance.Output);
    }

    [GeneratedRegex(@"^schedule\.respaced(\d+)_")]
    private static partial Regex Respaced();
}
