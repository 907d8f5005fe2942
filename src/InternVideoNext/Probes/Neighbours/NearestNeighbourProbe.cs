using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: m remembered rows, b queries, D feature width, K classes, k neighbours.

/// <summary>
/// Weighted nearest neighbours as in DINO (Caron et al. 2021): a query's k most similar remembered rows by cosine
/// similarity s each vote for their class with weight exp(s / temperature). Dispose it.
/// </summary>
public sealed class NearestNeighbourProbe : IDisposable
{
    private readonly Tensor _memory; // [m, D], unit length
    private readonly Tensor _labels; // [m]
    private readonly int _classes;
    private readonly double _temperature;

    /// <summary>Remembers features.</summary>
    /// <param name="features">[m, D] float32, any device.</param>
    /// <param name="labels">[m] int64, 0..K-1, on the same device.</param>
    /// <param name="classes">K.</param>
    /// <param name="temperature">Positive.</param>
    /// <exception cref="ArgumentException">Wrong shapes or no rows.</exception>
    public NearestNeighbourProbe(Tensor features, Tensor labels, int classes, double temperature = 0.07)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        if (features.dim() != 2 || features.size(0) == 0 || labels.dim() != 1 || labels.size(0) != features.size(0))
        {
            throw new ArgumentException(
                $"features are [{string.Join(", ", features.shape)}] and labels [{string.Join(", ", labels.shape)}]: give [m, D] and "
                    + "[m], m at least 1.", nameof(features));
        }
        using var noGrad = no_grad();
        _memory = nn.functional.normalize(features, dim: 1).DetachFromDisposeScope();
        _labels = labels.clone().DetachFromDisposeScope();
        _classes = classes;
        _temperature = temperature;
    }

    /// <summary>Shares of the vote for each class.</summary>
    /// <param name="queries">[b, D] on the memory's device. Similarities are [b, m] at once: give at most a few thousand rows.</param>
    /// <param name="neighbours">k; all remembered rows vote if there are fewer.</param>
    /// <returns>[b, K], rows summing to 1.</returns>
    public Tensor Vote(Tensor queries, int neighbours)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var similarity = nn.functional.normalize(queries, dim: 1).matmul(_memory.T);                  // [b, m]
        var (nearest, rows) = similarity.topk((int)Math.Min(neighbours, _memory.size(0)), 1);           // [b, k]
        // Relative to the nearest, so that a small temperature cannot overflow; shares are the same.
        var weights = ((nearest - nearest.narrow(1, 0, 1)) / _temperature).exp();
        var classes = _labels.index_select(0, rows.reshape(-1)).reshape(rows.shape);
        var votes = zeros(queries.size(0), _classes, device: queries.device).scatter_add(1, classes, weights);
        return (votes / votes.sum(1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _labels.Dispose();
    }
}
