namespace InternVideoNext.Interactive;

/// <summary>A curve of a <see cref="LineChart"/>.</summary>
public sealed record LineSeries
{
    /// <summary>A curve through points in the given order.</summary>
    /// <param name="name">Shown in the legend.</param>
    /// <param name="x">Positions.</param>
    /// <param name="y">Values, as many as positions. A point with a NaN or infinite number is a gap in the curve.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public LineSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
    {
        ArgumentNullException.ThrowIfNull(name);
        (Name, X, Y) = (name, [.. x], [.. y]);
        if (X.Count != Y.Count)
            throw new ArgumentException(
                $"Series '{name}' has {X.Count} positions and {Y.Count} values; give one value per position.", nameof(y));
    }

    /// <summary>Shown in the legend.</summary>
    public string Name { get; }

    /// <summary>Positions.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Values, one per position.</summary>
    public IReadOnlyList<double> Y { get; }
}
