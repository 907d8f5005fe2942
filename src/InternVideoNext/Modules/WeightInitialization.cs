using static TorchSharp.torch;

namespace InternVideoNext.Modules;

/// <summary>Draws the initial values of weights, always from a passed generator, in place and without gradient.</summary>
public static class WeightInitialization
{
    // The authors cut at an absolute 2, which is 100 standard deviations and never happens; four leave the deviation
    // within 0.1 % of the one asked for and cannot give an infinite value.
    private const double Cutoff = 4;

    /// <summary>Normal values of mean 0, cut at four standard deviations (inverse error function of uniform values).</summary>
    /// <param name="weight">Written in place.</param>
    /// <param name="std">Standard deviation; 0 gives zeros.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <returns><paramref name="weight"/>.</returns>
    public static Tensor TruncatedNormal(Tensor weight, double std, Generator generator)
    {
        // erf(Cutoff / sqrt 2)
        const double Edge = 0.99993665751633376;
        using (no_grad())
        {
            weight.uniform_(-Edge, Edge, generator);
            weight.erfinv_();
            weight.mul_(std * Math.Sqrt(2));
        }

        return weight;
    }

    /// <summary>Normal values of mean 0.</summary>
    /// <param name="weight">Written in place.</param>
    /// <param name="std">Standard deviation.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <returns><paramref name="weight"/>.</returns>
    public static Tensor Normal(Tensor weight, double std, Generator generator)
    {
        using (no_grad()) weight.normal_(0.0, std, generator);
        return weight;
    }

    /// <summary>Uniform values in +-sqrt(6 / (fan in + fan out)) of a matrix [out, in] (Glorot and Bengio 2010).</summary>
    /// <param name="weight">[out, in], written in place.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <returns><paramref name="weight"/>.</returns>
    public static Tensor XavierUniform(Tensor weight, Generator generator)
    {
        var bound = Math.Sqrt(6.0 / (weight.size(0) + weight.size(1)));
        return Uniform(weight, bound, generator);
    }

    /// <summary>Uniform values in [-bound, bound).</summary>
    /// <param name="weight">Written in place.</param>
    /// <param name="bound">Largest absolute value.</param>
    /// <param name="generator">Source of the draws.</param>
    /// <returns><paramref name="weight"/>.</returns>
    public static Tensor Uniform(Tensor weight, double bound, Generator generator)
    {
        using (no_grad()) weight.uniform_(-bound, bound, generator);
        return weight;
    }

    /// <summary>One value everywhere.</summary>
    /// <param name="weight">Written in place.</param>
    /// <param name="value">The value.</param>
    /// <returns><paramref name="weight"/>.</returns>
    public static Tensor Fill(Tensor weight, double value)
    {
        using (no_grad()) weight.fill_(value);
        return weight;
    }

    /// <summary>
    /// Divides an output projection of the residual branch by sqrt(2 i), so that the residual stream keeps its variance
    /// with depth.
    /// </summary>
    /// <param name="weight">Written in place.</param>
    /// <param name="block">i, the number of the block, counted from 1.</param>
    public static void RescaleResidual(Tensor weight, int block)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(block, 1);
        using (no_grad()) weight.div_(Math.Sqrt(2.0 * block));
    }
}
