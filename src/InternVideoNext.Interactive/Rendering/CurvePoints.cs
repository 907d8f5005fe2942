namespace InternVideoNext.Interactive.Rendering;

/// <summary>The points of a curve as they are drawn: gaps marked, averaged, thinned.</summary>
internal static class CurvePoints
{
    private const double Largest = 1e300; // beyond it, ranges overflow

    /// <summary>Pairs of positions and values; a point that cannot be drawn has a NaN value.</summary>
    public static IReadOnlyList<(double X, double Y)> Of(LineSeries series, bool logarithmic) =>
        [.. series.X.Zip(series.Y, (x, y) => Drawable(x) && Drawable(y) && (!logarithmic || y > 0) ? (x, y) : (0, double.NaN))];

    /// <summary>Exponential moving average with the start corrected as in Adam (Kingma and Ba 2015, section 3); gaps stay gaps.</summary>
    public static IReadOnlyList<(double X, double Y)> Smooth(IReadOnlyList<(double X, double Y)> points, double past)
    {
        var result = new List<(double, double)>(points.Count);
        double average = 0, weight = 0;
        foreach (var (x, y) in points)
        {
            if (!double.IsNaN(y))
            {
                average = (past * average) + ((1 - past) * y);
                weight = (past * weight) + (1 - past);
            }

            result.Add((x, double.IsNaN(y) ? y : average / weight));
        }

        return result;
    }

    /// <summary>
    /// At most about <paramref name="maximum"/> points: of each stretch the lowest and the highest, in order, and the gaps.
    /// </summary>
    public static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points, int maximum)
    {
        if (points.Count <= maximum) return points;
        var stretch = (int)Math.Ceiling(points.Count * 2.0 / maximum);
        var result = new List<(double, double)>();
        for (var start = 0; start < points.Count; start += stretch)
        {
            int lowest = -1, highest = -1, gap = -1;
            for (var i = start; i < Math.Min(start + stretch, points.Count); i++)
            {
                if (double.IsNaN(points[i].Y)) gap = i;
                else if (lowest < 0) lowest = highest = i;
                else if (points[i].Y < points[lowest].Y) lowest = i;
                else if (points[i].Y > points[highest].Y) highest = i;
            }

            result.AddRange(new[] { lowest, highest, gap }.Where(i => i >= 0).Distinct().Order().Select(i => points[i]));
        }

        return result;
    }

    private static bool Drawable(double value) => Math.Abs(value) <= Largest;
}
