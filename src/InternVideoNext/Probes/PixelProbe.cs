using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: M tokens, Cp predictor width, P pixels of a patch.

/// <summary>
/// What the predictor believes of hidden patches, as pixels: the least-squares map from its output at a hidden token to that token's
/// pixels.
/// Linear and fitted on the frozen model, it can show no more than the output holds; where the output is unsure it shows the mean.
/// </summary>
public sealed class PixelProbe : IDisposable
{
    private const double Ridge = 1e-3; // of the outputs' mean variance: outputs that say nothing get no weight

    private readonly Tensor _weight;
    private readonly Tensor _bias;

    private PixelProbe(Tensor weight, Tensor bias) => (_weight, _bias) = (weight, bias);

    /// <summary>Fits the map, in double precision.</summary>
    /// <param name="outputs">[M, Cp].</param>
    /// <param name="pixels">[M, P].</param>
    /// <exception cref="ArgumentException">The numbers of tokens differ, or there are none.</exception>
    public static PixelProbe Fit(Tensor outputs, Tensor pixels)
    {
        if (outputs.dim() != 2 || pixels.dim() != 2 || outputs.size(0) != pixels.size(0) || outputs.size(0) == 0)
            throw new ArgumentException(
                $"Expected outputs [M, Cp] and pixels [M, P], not [{string.Join(", ", outputs.shape)}] and "
                + $"[{string.Join(", ", pixels.shape)}].", nameof(pixels));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (x, y) = (outputs.to(float64), pixels.to(float64));
        var (xMean, yMean) = (x.mean([0]), y.mean([0]));
        (x, y) = (x - xMean, y - yMean);
        var gram = x.T.matmul(x);                                                   // [Cp, Cp]
        var weight = linalg.solve(
            gram + (eye(x.size(1), dtype: float64, device: x.device) * (gram.diagonal().mean() * Ridge)), x.T.matmul(y));
        var bias = yMean - xMean.matmul(weight);
        return new PixelProbe(weight.to(float32).DetachFromDisposeScope(), bias.to(float32).DetachFromDisposeScope());
    }

    /// <summary>The pixels it reads off.</summary>
    /// <param name="outputs">[..., Cp].</param>
    /// <returns>[..., P].</returns>
    public Tensor Read(Tensor outputs) => outputs.matmul(_weight).add(_bias);

    /// <summary>
    /// The share of the pixels' variance that it explains (R squared): 1 for all of it, 0 for no more than the mean patch.
    /// </summary>
    /// <param name="outputs">[M, Cp], of other clips than it was fitted on.</param>
    /// <param name="pixels">[M, P].</param>
    public double Explained(Tensor outputs, Tensor pixels)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var left = (Read(outputs) - pixels).to(float64).square().sum();
        return 1 - (left / (pixels - pixels.mean([0])).to(float64).square().sum()).item<double>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
