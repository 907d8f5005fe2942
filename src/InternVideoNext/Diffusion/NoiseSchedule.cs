namespace InternVideoNext.Diffusion;

/// <summary>
/// The noise schedule of a Gaussian diffusion and the tables derived from it, in double precision. With alpha(t) = 1 - beta(t)
/// and alpha-bar the running product of alpha, a noisy sample is x_t = sqrt(alpha-bar) x_0 + sqrt(1 - alpha-bar) noise
/// (Ho et al. 2020, "Denoising diffusion probabilistic models", equations 4 and 7). Immutable.
/// </summary>
public sealed class NoiseSchedule
{
    private readonly double[] _betas;
    private readonly double[] _alphaBars;
    private readonly double[] _posteriorVariances;
    private readonly double[] _posteriorLogVariances;
    private readonly int[] _timesteps;

    private NoiseSchedule(double[] betas, int[] timesteps)
    {
        _betas = betas;
        _timesteps = timesteps;
        _alphaBars = new double[betas.Length];
        _posteriorVariances = new double[betas.Length];
        _posteriorLogVariances = new double[betas.Length];
        var alphaBar = 1.0;
        for (var t = 0; t < betas.Length; t++)
        {
            var previous = alphaBar;
            alphaBar *= 1.0 - betas[t];
            _alphaBars[t] = alphaBar;
            _posteriorVariances[t] = betas[t] * (1.0 - previous) / (1.0 - alphaBar);
        }
        // The posterior variance is 0 at t = 0: its logarithm is taken from t = 1.
        for (var t = 0; t < betas.Length; t++) _posteriorLogVariances[t] = Math.Log(_posteriorVariances[Math.Max(t, 1)]);
    }

    /// <summary>
    /// The cosine schedule (Nichol and Dhariwal 2021, "Improved denoising diffusion probabilistic models", equation 17):
    /// alpha-bar(s) = cos^2((s + 0.008) / 1.008 * pi / 2) at s in [0, 1].
    /// </summary>
    /// <param name="steps">Number of steps, at least 2.</param>
    /// <param name="maxBeta">Upper bound of every beta, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="steps"/> or <paramref name="maxBeta"/> is out of range.</exception>
    public static NoiseSchedule Cosine(int steps = 1000, double maxBeta = 0.999)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBeta);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(maxBeta, 1.0);
        var betas = new double[steps];
        for (var t = 0; t < steps; t++)
            betas[t] = Math.Min(1.0 - (CosineAlphaBar((t + 1.0) / steps) / CosineAlphaBar((double)t / steps)), maxBeta);
        return new NoiseSchedule(betas, [.. Enumerable.Range(0, steps)]);
    }

    /// <summary>Number of steps.</summary>
    public int Steps => _betas.Length;

    /// <summary>The step numbers told to the network: 0, 1, 2, ... unless respaced. Ascending.</summary>
    public IReadOnlyList<int> Timesteps => _timesteps;

    /// <summary>beta(t), the variance added by step t; also the upper end of the learned variance range.</summary>
    public IReadOnlyList<double> Betas => _betas;

    /// <summary>alpha-bar(t), the product of 1 - beta up to and with step t: the share of signal left.</summary>
    public IReadOnlyList<double> AlphasCumprod => _alphaBars;

    /// <summary>Variance of q(x_(t-1) | x_t, x_0); 0 at t = 0.</summary>
    public IReadOnlyList<double> PosteriorVariance => _posteriorVariances;

    /// <summary>
    /// Logarithm of <see cref="PosteriorVariance"/>, with its value at t = 1 also at t = 0: the lower end of the learned variance range.
    /// </summary>
    public IReadOnlyList<double> PosteriorLogVarianceClipped => _posteriorLogVariances;

    /// <summary>alpha-bar of the step before <paramref name="t"/>; 1 before the first.</summary>
    internal double PreviousAlphaBar(int t) => t == 0 ? 1.0 : _alphaBars[t - 1];

    /// <summary>Factor of x_0 in the mean of q(x_(t-1) | x_t, x_0).</summary>
    /// <param name="t">Step, 0 .. <see cref="Steps"/> - 1.</param>
    public double PosteriorStartFactor(int t) => _betas[t] * Math.Sqrt(PreviousAlphaBar(t)) / (1.0 - _alphaBars[t]);

    /// <summary>Factor of x_t in the mean of q(x_(t-1) | x_t, x_0).</summary>
    /// <param name="t">Step, 0 .. <see cref="Steps"/> - 1.</param>
    public double PosteriorCurrentFactor(int t) => (1.0 - PreviousAlphaBar(t)) * Math.Sqrt(1.0 - _betas[t]) / (1.0 - _alphaBars[t]);

    /// <summary>
    /// The schedule that visits only <paramref name="count"/> of the steps, evenly spaced with both ends kept, and has the
    /// same alpha-bar at each of them.
    /// </summary>
    /// <param name="count">2 .. <see cref="Steps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is out of range.</exception>
    public NoiseSchedule Respace(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Steps);
        var stride = (Steps - 1.0) / (count - 1);
        var betas = new double[count];
        var timesteps = new int[count];
        var position = 0.0;
        var previous = 1.0;
        for (var i = 0; i < count; i++, position += stride)
        {
            // Summed, not multiplied, and rounded half to even, as the reference does: the choice of steps must agree.
            var t = (int)Math.Round(position, MidpointRounding.ToEven);
            timesteps[i] = _timesteps[t];
            betas[i] = 1.0 - (_alphaBars[t] / previous);
            previous = _alphaBars[t];
        }
        return new NoiseSchedule(betas, timesteps);
    }

    private static double CosineAlphaBar(double s)
    {
        var cosine = Math.Cos((s + 0.008) / 1.008 * Math.PI / 2.0);
        return cosine * cosine;
    }
}
