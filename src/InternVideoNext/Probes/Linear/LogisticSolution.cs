using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>Optima of one logistic regression problem for several L2 strengths. The holder disposes it.</summary>
/// <param name="Weights">[G, D, K] float64.</param>
/// <param name="Bias">[G, K] float64.</param>
/// <param name="Loss">Objective of each strength at the end, nats.</param>
/// <param name="GradientNorm">Largest absolute entry of each gradient at the end, in the solver's rotated coordinates.</param>
/// <param name="Iterations">Steps taken.</param>
public sealed record LogisticSolution(
    Tensor Weights, Tensor Bias, IReadOnlyList<double> Loss, IReadOnlyList<double> GradientNorm, int Iterations) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Weights.Dispose();
        Bias.Dispose();
    }
}
