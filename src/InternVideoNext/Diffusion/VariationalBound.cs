using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Diffusion;

// Shapes: M rows, P components.

/// <summary>
/// The terms of the variational bound L_vlb (Nichol and Dhariwal 2021, section 3.1). The model's and the true mean of
/// x_(t-1) differ by MeanPerNoise times the error of the noise estimate, exactly: x_t cancels. Computing from that error
/// needs fewer passes over memory than forming both means, and keeps precision at late steps, where 1 / alpha-bar is large.
/// </summary>
internal static class VariationalBound
{
    /// <summary>Half the width of a level of 8-bit values scaled to -1 .. 1.</summary>
    private const double HalfLevel = 1.0 / 255.0;
    private const double SmallestProbability = 1e-12;

    /// <summary>KL divergence at t &gt; 0, negative log-likelihood at t = 0, averaged over the components, in bits.</summary>
    /// <param name="at">Tables at t.</param>
    /// <param name="noiseError">Estimated minus true noise, detached, [M, P] float32.</param>
    /// <param name="v">The network's interpolation between the smallest and largest log variance, [M, P] float32.</param>
    /// <param name="start">x_0, [M, P] float32.</param>
    /// <param name="t">[M] int64.</param>
    /// <returns>[M] float32.</returns>
    public static Tensor BitsPerComponent(ScheduleRows at, Tensor noiseError, Tensor v, Tensor start, Tensor t)
    {
        using var scope = NewDisposeScope();
        // Distance above the smallest log variance: (v + 1) / 2 of the range.                                [M, P]
        var above = (v + 1.0) * ((at.LargeLogVariance - at.SmallLogVariance) * 0.5);
        var meanError = noiseError * at.MeanPerNoise; // true mean of x_(t-1) minus the model's
        var squared = (meanError * (-0.5 * at.SmallLogVariance).exp()).square();
        var divergence = 0.5 * (above - 1.0 + ((squared + 1.0) * (-above).exp())).mean([-1]); // [M]
        var logVariance = above + at.SmallLogVariance;
        // On a GPU counting the rows at t = 0 would wait for the device; on the CPU it saves most of the work.
        var nats = t.device_type == DeviceType.CPU
            ? SurpriseInFirstRows(divergence, start, meanError, logVariance, t)
            : SurpriseInEveryRow(divergence, start, meanError, logVariance, t);
        return (nats / Math.Log(2.0)).MoveToOuterDisposeScope();
    }

    /// <summary>Replaces the rows at t = 0 by the negative log-likelihood, computed for all rows.</summary>
    internal static Tensor SurpriseInEveryRow(Tensor divergence, Tensor start, Tensor meanError, Tensor logVariance, Tensor t)
    {
        using var scope = NewDisposeScope();
        var surprise = -LogLikelihood(start, meanError, logVariance).mean([-1]); // [M]
        return where(t.eq(0), surprise, divergence).MoveToOuterDisposeScope();
    }

    /// <summary>The same value, computed only for the rows that need it: about one in a thousand.</summary>
    internal static Tensor SurpriseInFirstRows(Tensor divergence, Tensor start, Tensor meanError, Tensor logVariance, Tensor t)
    {
        using var scope = NewDisposeScope();
        var rows = t.eq(0).nonzero().squeeze(1);
        var surprise = -LogLikelihood(
            start.index_select(0, rows), meanError.index_select(0, rows), logVariance.index_select(0, rows)).mean([-1]);
        return divergence.index_copy(0, rows, surprise).MoveToOuterDisposeScope();
    }

    /// <summary>Log probability of each 8-bit level in -1 .. 1 under a Gaussian; the outermost levels take the tails.</summary>
    /// <param name="value">The levels, [M, P].</param>
    /// <param name="centred">The levels minus the Gaussian's mean, [M, P].</param>
    /// <param name="logVariance">Of the Gaussian, [M, P].</param>
    private static Tensor LogLikelihood(Tensor value, Tensor centred, Tensor logVariance)
    {
        var inverseDeviation = (-0.5 * logVariance).exp();
        var below = NormalCdf((centred + HalfLevel) * inverseDeviation);
        var under = NormalCdf((centred - HalfLevel) * inverseDeviation);
        var inside = where(value > 0.999, 1.0 - under, below - under);
        return where(value < -0.999, below, inside).clamp_min(SmallestProbability).log();
    }

    /// <summary>The tanh approximation of the standard normal distribution function, which the reference uses.</summary>
    private static Tensor NormalCdf(Tensor x) => 0.5 * (1.0 + (Math.Sqrt(2.0 / Math.PI) * (x + (0.044715 * x.pow(3)))).tanh());
}
