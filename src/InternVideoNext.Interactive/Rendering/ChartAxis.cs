using System.Globalization;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>One axis: its range, its ticks, and the way from a value to a place in [0, 1].</summary>
internal sealed class ChartAxis
{
    private readonly double _low;
    private readonly double _high;

    private ChartAxis(double low, double high, bool logarithmic, IReadOnlyList<(double Value, string Label)> ticks)
    {
        (_low, _high, Logarithmic) = (low, high, logarithmic);
        Ticks = [.. ticks.Where(tick => Position(tick.Value) is >= -1e-9 and <= 1 + 1e-9)];
    }

    public bool Logarithmic { get; }

    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>0 at the low end of the axis, 1 at the high end.</summary>
    public double Position(double value) => ((Logarithmic ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>A linear axis with ticks at multiples of 1, 2 or 5 times a power of ten.</summary>
    /// <param name="values">Finite values to be covered; may be empty.</param>
    /// <param name="wanted">About how many ticks.</param>
    /// <param name="loose">Whether the axis reaches to the ticks around the values, rather than from value to value.</param>
    public static ChartAxis Linear(IReadOnlyCollection<double> values, int wanted, bool loose)
    {
        var (low, high) = values.Count == 0 ? (0, 1) : (values.Min(), values.Max());
        if (high - low <= 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)))
        {
            var margin = low == 0 ? 1 : Math.Abs(low) / 2;
            (low, high) = (low - margin, high + margin);
        }

        if (loose && low > 0 && low < 0.35 * high) low = 0; // a baseline near enough to be shown
        var step = NiceStep((high - low) / wanted);
        if (!loose && values.All(value => value == Math.Round(value))) step = Math.Max(1, step); // no ticks between steps, or seeds
        if (loose) (low, high) = (Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step);
        var ticks = new List<(double, string)>();
        for (var i = Math.Ceiling((low / step) - 1e-9); i * step <= high + (step * 1e-9); i++) ticks.Add((i * step, Label(i * step, step)));
        return new ChartAxis(low, high, false, ticks);
    }

    /// <summary>
    /// A logarithmic axis over <paramref name="values"/>, all positive, with ticks at 1, 2 and 5 in each decade while there is room.
    /// </summary>
    public static ChartAxis Log(IReadOnlyCollection<double> values)
    {
        var (low, high) = values.Count == 0 ? (0, 1) : (Math.Log10(values.Min()), Math.Log10(values.Max()));
        var margin = Math.Max(0.04 * (high - low), 0.05);
        (low, high) = (low - margin, high + margin);
        double[] digits = high - low < 0.7 ? [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9] : high - low < 3 ? [1, 2, 5] : [1];
        var every = Math.Max(1, (int)Math.Ceiling((high - low) / 7));
        var ticks = new List<(double, string)>();
        for (var decade = (int)Math.Floor(low); decade <= (int)Math.Ceiling(high); decade++)
        {
            if (decade % every != 0) continue;
            ticks.AddRange(digits.Select(digit => digit * Math.Pow(10, decade)).Select(value => (value, LogLabel(value))));
        }

        return new ChartAxis(low, high, true, ticks);
    }

    private static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { <= 1 => power, <= 2 => 2 * power, <= 5 => 5 * power, _ => 10 * power };
    }

    private static string Label(double value, double step)
    {
        if (Math.Abs(value) < step / 2) return "0";
        if (Math.Abs(value) >= 1e7 || step < 1e-5) return value.ToString("0.###e0", CultureInfo.InvariantCulture);
        var decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9));
        return value.ToString("N" + decimals, CultureInfo.InvariantCulture);
    }

    private static string LogLabel(double value) =>
        value.ToString(value is >= 1e-3 and < 1e6 ? "#,0.####" : "0.#e0", CultureInfo.InvariantCulture);
}
