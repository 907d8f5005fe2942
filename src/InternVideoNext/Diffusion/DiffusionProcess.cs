using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Diffusion;

// Shapes: M rows (tokens), P components of a row. Everything is computed in float32.

/// <summary>
/// The Gaussian diffusion process with noise prediction and a learned variance range (Ho et al. 2020; Nichol and Dhariwal
/// 2021): adding noise, the training loss, and ancestral sampling. It knows no network and no random generator's state:
/// both are passed in.
/// </summary>
/// <param name="schedule">The noise schedule; for faster sampling a respaced one.</param>
public sealed class DiffusionProcess(NoiseSchedule schedule) : IDisposable
{
    private readonly ScheduleTables _tables = new(schedule);

    /// <summary>The noise schedule.</summary>
    public NoiseSchedule Schedule { get; } = schedule;

    /// <summary>Draws x_t given x_0: sqrt(alpha-bar) x_0 + sqrt(1 - alpha-bar) noise (Ho et al., equation 4).</summary>
    /// <param name="start">x_0, [M, P], any floating type.</param>
    /// <param name="t">[M] int64, 0 .. Steps - 1.</param>
    /// <param name="noise">Standard normal numbers, [M, P].</param>
    /// <returns>[M, P] float32.</returns>
    public Tensor Diffuse(Tensor start, Tensor t, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var at = _tables.At(t);
        return (at.SignalScale * start.to(float32)).addcmul(at.NoiseScale, noise.to(float32), 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The loss of one prediction per row: the mean squared error of the noise, plus the variational bound with the noise
    /// estimate detached, so that the bound trains the variance alone. At t = 0 the bound's term is the negative
    /// log-likelihood of 8-bit values under a discretised Gaussian.
    /// </summary>
    /// <param name="output">What the network gave for x_t, [M, 2P], any floating type.</param>
    /// <param name="start">x_0, [M, P].</param>
    /// <param name="t">[M] int64.</param>
    /// <param name="noise">The noise that was added, [M, P].</param>
    public DiffusionLoss Loss(Tensor output, Tensor start, Tensor t, Tensor noise)
    {
        using var scope = NewDisposeScope();
        var components = start.size(-1);
        var full = output.to(float32);
        var error = full.narrow(-1, 0, components) - noise.to(float32);
        var bound = VariationalBound.BitsPerComponent(
            _tables.At(t), error.detach(), full.narrow(-1, components, components), start.to(float32), t);
        return new DiffusionLoss(error.square().mean([-1]), bound).MoveToOuterDisposeScope();
    }

    /// <summary>One ancestral step, from x_t to x_(t-1). The last one, t = 0, adds no noise.</summary>
    /// <param name="current">x_t, [M, P].</param>
    /// <param name="output">What the network gave for x_t, [M, 2P].</param>
    /// <param name="t">The step, the same for every row, 0 .. Steps - 1.</param>
    /// <param name="noise">Standard normal numbers, [M, P]; not read at t = 0.</param>
    /// <param name="temperature">Factor of the noise: 1 samples the model, less gives likelier, smoother samples.</param>
    /// <returns>[M, P] float32.</returns>
    public Tensor Step(Tensor current, Tensor output, int t, Tensor? noise, double temperature = 1.0)
    {
        using var scope = NewDisposeScope();
        var components = current.size(-1);
        var alphaBar = Schedule.AlphasCumprod[t];
        var full = output.to(float32);
        var noisy = current.to(float32);
        var predicted = full.narrow(-1, 0, components);
        var start = (noisy * Math.Sqrt(1.0 / alphaBar)) - (predicted * Math.Sqrt((1.0 / alphaBar) - 1.0));
        var mean = (start * Schedule.PosteriorStartFactor(t)) + (noisy * Schedule.PosteriorCurrentFactor(t));
        if (t == 0 || temperature == 0.0) return mean.MoveToOuterDisposeScope();

        if (noise is null) throw new ArgumentNullException(nameof(noise), $"Step {t} needs noise: only step 0 and temperature 0 add none.");
        var fraction = (full.narrow(-1, components, components) + 1.0) / 2.0;
        var logVariance = (fraction * Math.Log(Schedule.Betas[t])) + ((1.0 - fraction) * Schedule.PosteriorLogVarianceClipped[t]);
        return (mean + ((0.5 * logVariance).exp() * noise.to(float32) * temperature)).MoveToOuterDisposeScope();
    }

    /// <summary>Samples x_0 from pure noise by ancestral steps, without gradient.</summary>
    /// <param name="predict">The network; it is told step numbers of the original schedule.</param>
    /// <param name="initial">Standard normal numbers to begin from, [M, P] float32.</param>
    /// <param name="noises">The noise of the j-th step done, j = 0 first, [M, P]. Not asked at the last step, nor at temperature 0.</param>
    /// <param name="temperature">Factor of the noise, at least 0.</param>
    /// <returns>[M, P] float32.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is negative.</exception>
    public Tensor Sample(NoisePredictor predict, Tensor initial, Func<int, Tensor> noises, double temperature = 1.0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(temperature);
        using var gradient = no_grad();
        var current = initial.to(float32, copy: true);
        for (var t = Schedule.Steps - 1; t >= 0; t--)
        {
            using var scope = NewDisposeScope();
            var told = full(current.size(0), Schedule.Timesteps[t], dtype: int64, device: current.device);
            var noise = t == 0 || temperature == 0.0 ? null : noises(Schedule.Steps - 1 - t);
            var next = Step(current, predict(current, told), t, noise, temperature).MoveToOuterDisposeScope();
            current.Dispose();
            current = next;
        }
        return current;
    }

    /// <summary>Samples <paramref name="rows"/> rows with all noise drawn from a source.</summary>
    /// <param name="predict">The network.</param>
    /// <param name="rows">M.</param>
    /// <param name="components">P.</param>
    /// <param name="random">Source of the initial and all later noise; the samples live on its device.</param>
    /// <param name="temperature">Factor of the noise, at least 0. The initial noise is not scaled.</param>
    /// <returns>[M, P] float32.</returns>
    public Tensor Sample(NoisePredictor predict, long rows, long components, TensorRandom random, double temperature = 1.0)
    {
        using var initial = random.Normal(rows, components);
        return Sample(predict, initial, _ => random.Normal(rows, components), temperature);
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose() => _tables.Dispose();
}

/// <summary>The two parts of the diffusion loss, per row. Their sum is what training minimises.</summary>
/// <param name="Mse">[M] float32, mean squared error of the predicted noise over the components.</param>
/// <param name="Vb">
/// [M] float32, the row's term of the variational bound, in bits per component; only the variance learns from it.
/// </param>
public readonly record struct DiffusionLoss(Tensor Mse, Tensor Vb)
{
    /// <summary>The sum of both parts, [M] float32.</summary>
    public Tensor Total() => Mse + Vb;

    /// <summary>Takes both parts out of the current dispose scope into the one around it.</summary>
    public DiffusionLoss MoveToOuterDisposeScope()
    {
        Mse.MoveToOuterDisposeScope();
        Vb.MoveToOuterDisposeScope();
        return this;
    }
}
