using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>A tensor's values in a few numbers, of its finite elements only; the numbers are NaN if it has none.</summary>
/// <param name="Count">Number of elements.</param>
/// <param name="NonFinite">Elements that are infinite or not a number.</param>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
/// <param name="Mean">Mean.</param>
/// <param name="StandardDeviation">Standard deviation over all elements (divided by their number).</param>
public readonly record struct TensorStatistics(
    long Count, long NonFinite, double Minimum, double Maximum, double Mean, double StandardDeviation)
{
    private const long ChunkElements = 1 << 22;

    /// <summary>Statistics of a tensor of real numbers or booleans, computed in float64, a chunk at a time.</summary>
    /// <param name="tensor">Any shape, type and device.</param>
    public static TensorStatistics Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var flat = tensor.detach().cpu().contiguous().view(-1);
        var total = flat.numel();
        var (finite, mean, squares) = (0L, 0.0, 0.0);
        var (minimum, maximum) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var start = 0L; start < total; start += ChunkElements)
        {
            using var chunkScope = NewDisposeScope();
            var values = flat.narrow(0, start, Math.Min(ChunkElements, total - start)).to(float64);
            values = values[values.isfinite()];
            var count = values.numel();
            if (count == 0)
                continue;
            minimum = Math.Min(minimum, values.min().item<double>());
            maximum = Math.Max(maximum, values.max().item<double>());
            var chunkMean = values.mean().item<double>();
            var difference = chunkMean - mean;
            // Means and sums of squared deviations of two parts joined (Chan et al.): no cancellation for values far from zero.
            squares += (values - chunkMean).square().sum().item<double>() + (difference * difference * finite * count / (finite + count));
            mean += difference * count / (finite + count);
            finite += count;
        }

        return finite == 0
            ? new TensorStatistics(total, total, double.NaN, double.NaN, double.NaN, double.NaN)
            : new TensorStatistics(total, total - finite, minimum, maximum, mean, Math.Sqrt(squares / finite));
    }
}
