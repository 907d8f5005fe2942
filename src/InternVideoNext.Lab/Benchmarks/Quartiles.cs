namespace InternVideoNext.Benchmarks;

/// <summary>The middle of a series of measurements, and how far half of them spread around it.</summary>
/// <param name="Lower">A quarter lies below.</param>
/// <param name="Median">Half lies below.</param>
/// <param name="Upper">A quarter lies above.</param>
public sealed record Quartiles(double Lower, double Median, double Upper)
{
    /// <summary>Of any series; between two measurements the line through them.</summary>
    /// <param name="values">At least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Quartiles Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0) throw new ArgumentException("there is nothing to take quartiles of", nameof(values));
        double[] sorted = [.. values.Order()];
        return new Quartiles(At(0.25), At(0.5), At(0.75));

        double At(double share)
        {
            var place = share * (sorted.Length - 1);
            var (below, above) = ((int)Math.Floor(place), (int)Math.Ceiling(place));
            return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
        }
    }
}
