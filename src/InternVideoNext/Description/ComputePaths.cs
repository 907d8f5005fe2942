using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Native;
using InternVideoNext.Recipes;

namespace InternVideoNext.Description;

/// <summary>The ways that a run's step takes. Nothing chooses them but the configuration and the device.</summary>
public static class ComputePaths
{
    /// <summary>
    /// The ways, in the order of a step. Where the configured device is here, libtorch is asked which attention it takes.
    /// </summary>
    /// <param name="config">Any run.</param>
    public static IReadOnlyList<ComputePath> Of(RunConfig config)
    {
        var (onCpu, encoder) = (config.Training.Device == "cpu", config.Model.Encoder);
        List<ComputePath> paths = [PrecisionOf(config.Training, onCpu), RmsNorm(config.Training, onCpu)];
        paths.Add(Attention("encoder's attention", config.Training, encoder.Width / encoder.Heads));
        if (config.Model.Predictor is { } predictor) paths.AddRange(PredictorOf(predictor, encoder, config.Training));
        if (config is Stage1Config { ReadsTeacher: true, Teacher: SiglipTeacherConfig teacher }) paths.Add(
            Attention("teacher's attention", config.Training, teacher.Tower.Width / teacher.Tower.Heads));
        if (config is Stage1Config { ReadsTeacher: true })
            paths.Add(
                new("teacher's pooling head", "probabilities written out, one query a frame", true,
                "they are the saliency that masks are drawn by"));
        if (config is Stage1Config { PixelWeight: > 0, Model.Decoder: DiffusionDecoderConfig })
            paths.Add(onCpu ? new("likelihood in the diffusion loss", "rows of timestep 0 only", true)
                : new("likelihood in the diffusion loss", "every row", true, "counting the rows of timestep 0 would wait for the device"));
        paths.Add(new("AdamW and clipping", "one norm and one fused update for each of two flat float32 buffers", true));
        if (!onCpu) paths.Add(new("batches to the device", "copies from page-locked memory that the host does not wait for", true));
        if (config.Training.Recompute is { Encoder: not null } or { Predictor: not null })
            paths.Add(
                new("activations", "some blocks are computed again in the backward pass", false,
                "training.recompute trades time for memory"));
        return paths;
    }

    private static ComputePath PrecisionOf(TrainingConfig training, bool onCpu) => (training.Precision, onCpu) switch
    {
        (Precision.Bfloat16, false) => new("precision", "bfloat16, with float32 master weights, moments and diffusion loss", true),
        (Precision.Float32, true) => new("precision", "float32", true),
        (Precision.Bfloat16, true) =>
            new("precision", "bfloat16, with float32 master weights, moments and diffusion loss", false,
            "a processor without bfloat16 instructions converts before every product"),
        _ => new("precision", "float32", false, "training.precision=bfloat16 uses the matrix units"),
    };

    private static ComputePath RmsNorm(TrainingConfig training, bool onCpu) => (onCpu, training.Precision) switch
    {
        (false, _) => new("RMSNorm", "torch.rms_norm, one kernel forward and one backward", true),
        (true, Precision.Float32) => new("RMSNorm", "one pass forward and one backward, in this package's own kernel", true),
        _ => new(
            "RMSNorm", "torch.rms_norm, composed of several kernels", false,
            "libtorch has no fused kernel of it for the CPU, and this package's computes float32"),
    };

    private static IEnumerable<ComputePath> PredictorOf(PredictorConfig config, EncoderConfig encoder, TrainingConfig training)
    {
        var length = encoder.ClassTokens + encoder.Grid.Tokens;
        if (config is VitPredictorConfig vit)
        {
            yield return Attention("predictor's attention", training, vit.Width / vit.Heads);
            yield return new("predictor's local attention", "none", true, "a plain transformer attends globally in every layer");
        }
        if (config is not ModernBertPredictorConfig bert) yield break;
        yield return Attention("predictor's global attention", training, bert.Width / bert.Heads);
        yield return LocalAttention.WayFor(length, bert.LocalAttention / 2) switch
        {
            LocalAttentionWay.Blocks =>
                new("predictor's local attention",
                $"blocks with their neighbours, {length} tokens, {bert.LocalAttention / 2} to either side", true),
            LocalAttentionWay.MaskedMatrix =>
                new("predictor's local attention", $"one masked matrix of {length} x {length}", true,
                "so short a sequence has nothing to gain from blocks"),
            _ => new("predictor's local attention", "global", true, "the band covers the whole sequence"),
        };
    }

    private static ComputePath Attention(string work, TrainingConfig training, int headWidth)
    {
        if (!IsHere(training)) return new(
            work, "torch's fused attention", true,
            $"{training.Device} is not here, so that libtorch cannot be asked which kernel it takes");
        var kernel = Operators.AttentionKernel(training.Precision.ScalarType(), TrainingDevice.Open(training), headWidth);
        return kernel == AttentionKernel.Math
            ? new(work, "plain products with all probabilities", false,
                $"libtorch has no fused kernel for heads of {headWidth} in {training.Precision.ToString().ToLowerInvariant()} here")
            : new(work,
                $"fused, {NameOf(kernel)} kernel", true);
    }

    private static bool IsHere(TrainingConfig training)
    {
        try
        {
            TrainingDevice.Open(training);
            return true;
        }
        catch (ConfigurationException)
        {
            return false;
        }
    }

    private static string NameOf(AttentionKernel kernel) => kernel switch
    {
        AttentionKernel.Flash => "flash",
        AttentionKernel.MemoryEfficient => "memory-efficient",
        _ => "cuDNN",
    };
}

/// <summary>Which of several ways a part of a step is computed, and why not the fast one where it is not.</summary>
/// <param name="Work">The part.</param>
/// <param name="Way">The way taken.</param>
/// <param name="IsFast">Whether no faster way is known here.</param>
/// <param name="Reason">Why not, or what decides; null where there is nothing to say.</param>
public sealed record ComputePath(string Work, string Way, bool IsFast, string? Reason = null);
