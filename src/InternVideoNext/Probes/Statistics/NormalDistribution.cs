namespace InternVideoNext.Probes;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>The value below which a share <paramref name="p"/> lies, 0 &lt; p &lt; 1; absolute error below 1e-9.</summary>
    public static double Quantile(double p)
    {
        // Newton's steps on the distribution function from a start close enough at every p used for intervals.
        var x = Math.Sign(p - 0.5) * Math.Sqrt(-2 * Math.Log(Math.Min(p, 1 - p))) * 0.5;
        for (var i = 0; i < 60; i++)
        {
            var step = (Cumulative(x) - p) / (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
            x -= Math.Clamp(step, -0.5, 0.5);
            if (Math.Abs(step) < 1e-12) break;
        }
        return x;
    }

    /// <summary>
    /// The share below <paramref name="x"/>: 1/2 + density * (x + x^3/3 + x^5/15 + ...) (Marsaglia 2004), for |x| up to about 7.
    /// </summary>
    public static double Cumulative(double x)
    {
        double term = x, sum = x;
        for (var k = 3; Math.Abs(term) > 1e-18 * Math.Abs(sum); k += 2)
        {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}
