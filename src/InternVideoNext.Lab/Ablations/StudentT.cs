using InternVideoNext.Probes;

namespace InternVideoNext.Ablations;

/// <summary>Student's t interval of a mean.</summary>
internal static class StudentT
{
    // Two-sided 95 % quantiles by degrees of freedom, from 1 (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101,
            2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <summary>The interval; beyond 30 degrees of freedom the normal quantile 1.960 is taken.</summary>
    /// <param name="values">At least two.</param>
    /// <param name="level">0.95, the one level that is tabled.</param>
    /// <exception cref="ArgumentException">Fewer than two values, or another level.</exception>
    public static ConfidenceInterval Interval(IReadOnlyList<double> values, double level)
    {
        if (values.Count < 2) throw new ArgumentException("a spread needs at least two values", nameof(values));
        if (level != 0.95) throw new ArgumentException("only 95 % is tabled", nameof(level));
        var quantile = values.Count - 1 <= Quantiles.Length ? Quantiles[values.Count - 2] : 1.960;
        var half = quantile * Deviation(values) / Math.Sqrt(values.Count);
        return new ConfidenceInterval(values.Average() - half, values.Average() + half, level);
    }

    /// <summary>The sample's standard deviation (n - 1); 0 for one value.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return 0;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }
}
