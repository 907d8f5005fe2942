using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n rows, D channels.

/// <summary>Diagnostics of collapse.</summary>
public static class FeatureStatistics
{
    /// <summary>
    /// Measures deviation, effective rank (Roy and Vetterli 2007) and mean pairwise cosine. The rank comes from the D x D
    /// covariance, the cosine from the sum of unit rows: nothing of size n x n is made.
    /// </summary>
    /// <param name="features">[n, D], or [n, N, D] tokens, each of which counts as a row; any floating type; at least two rows.</param>
    /// <exception cref="ArgumentException">Fewer than two rows, or not two or three dimensions.</exception>
    public static FeatureSummary Measure(Tensor features)
    {
        if (features.dim() is not (2 or 3) || features.numel() / features.size(-1) < 2)
            throw new ArgumentException(
                $"features are [{string.Join(", ", features.shape)}]: give [n, D] or [n, N, D] with at least two rows.", nameof(features));
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var x = features.detach().reshape(-1, features.size(-1)).to(float64);  // [n, D]
        var rows = x.size(0);
        var centred = x - x.mean([0]);
        var scatter = centred.T.matmul(centred);                                // [D, D]
        var deviation = (scatter.diagonal() / (rows - 1)).sqrt().mean().item<double>();
        return new FeatureSummary(deviation, EffectiveRank(scatter), MeanCosine(x), (int)rows);
    }

    private static double EffectiveRank(Tensor scatter)
    {
        var (eigenvalues, _) = linalg.eigh(scatter);
        // Below rounding an eigenvalue is 0: its root would not be small.
        var largest = eigenvalues.max().item<double>();
        if (largest <= 0) return 0;
        var kept = where(eigenvalues > largest * 1e-13, eigenvalues, zeros_like(eigenvalues)).sqrt();
        var shares = kept / kept.sum();
        return (shares * shares.clamp_min(1e-300).log()).sum().neg().exp().item<double>();
    }

    // |sum of unit rows|^2 is the sum of all cosines, each row's with itself included.
    private static double MeanCosine(Tensor x)
    {
        var unit = x / x.norm(1, keepdim: true, p: 2f).clamp_min(1e-300);
        var own = unit.square().sum().item<double>();
        var all = unit.sum([0]).square().sum().item<double>();
        return (all - own) / (x.size(0) * (x.size(0) - 1.0));
    }
}

/// <summary>How alive features are. A collapsed encoder has a deviation near 0, a rank near 1 and a cosine near 1.</summary>
/// <param name="Deviation">Standard deviation over rows, averaged over channels, in the features' units.</param>
/// <param name="EffectiveRank">
/// exp of the entropy of the normalised singular values of the centred features, 1..min(n, D); 0 if all rows are the same.
/// </param>
/// <param name="MeanCosine">Mean cosine similarity of two different rows, -1..1.</param>
/// <param name="Rows">Rows measured.</param>
public sealed record FeatureSummary(double Deviation, double EffectiveRank, double MeanCosine, int Rows);
