using System.Globalization;
using System.Text;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Draws a <see cref="LineChart"/>: title, legend, axis titles and ticks as text, curves as paths.</summary>
internal sealed class ChartDrawing
{
    private const double LineHeight = 18;
    private const double Right = 14;
    private const int Margin = 10;

    // Told apart by the colour-blind, and of a lightness that reads on white and on near-black.
    private static readonly string[] Inks = ["#3b82c4", "#d9752b", "#2f9e77", "#b8599b", "#8f7a1f", "#7c6fd0", "#c4524e", "#6b7785"];

    private readonly LineChart _chart;
    private readonly ChartAxis _x;
    private readonly ChartAxis _y;
    private readonly IReadOnlyList<IReadOnlyList<(double X, double Y)>> _raw;
    private readonly ChartLegend _legend;
    private readonly double _left;
    private readonly double _top;

    private ChartDrawing(LineChart chart)
    {
        if (chart.Smoothing is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(chart), chart.Smoothing, $"{nameof(chart.Smoothing)} must be in [0, 1).");
        _chart = chart;
        _raw = [.. chart.Series.Select(series => CurvePoints.Of(series, chart.LogY))];
        var drawn = _raw.SelectMany(points => points).Where(point => !double.IsNaN(point.Y)).ToList();
        IsEmpty = drawn.Count == 0;
        _x = ChartAxis.Linear([.. drawn.Select(point => point.X)], wanted: 7, loose: false);
        var values = drawn.Select(point => point.Y).ToList();
        _y = chart.LogY ? ChartAxis.Log(values) : ChartAxis.Linear(values, wanted: 5, loose: true);
        _left = 12 + _y.Ticks.Select(tick => ChartLegend.TextWidth(tick.Label)).DefaultIfEmpty(0).Max();
        _legend = new ChartLegend([.. chart.Series.Select(series => series.Name)], chart.Width);
        _top = (LineHeight * (2 + _legend.Rows)) + 16;
    }

    private bool IsEmpty { get; }

    private double Height => _top + _chart.PlotHeight + (LineHeight * 2) + 6;

    private double PlotWidth => _chart.Width - _left - Right;

    public static Markup Draw(LineChart chart, bool standalone) => new ChartDrawing(chart).Svg(standalone);

    /// <summary>Several charts in one drawing, one below the other.</summary>
    public static Markup Stack(IReadOnlyList<LineChart> charts)
    {
        var (drawings, top) = (new List<Markup>(), 0.0);
        foreach (var chart in charts.Select(chart => new ChartDrawing(chart)))
        {
            drawings.Add(Markup.Of($"""<g transform="translate(0 {top:0.#})">{chart.Svg(standalone: true)}</g>"""));
            top += chart.Height + (2 * Margin);
        }
        var width = charts.Max(chart => chart.Width) + (2 * Margin);
        return Markup.Of($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top:0.#}" width="{width}" height="{top:0.#}" style="max-width:100%;height:auto">{Markup.Join(drawings)}</svg>""");
    }

    // On its own the drawing brings paper and ink: where it is shown nobody knows whether the page around it is dark.
    private Markup Svg(bool standalone)
    {
        var (width, height, margin) = (_chart.Width, Height, standalone ? Margin : 0);
        var paper = standalone ? Markup.Of($"""<rect x="{-margin}" y="{-margin}" width="{width + (2 * margin)}" height="{height + (2 * margin):0.#}" fill="#fff" />""") : Markup.Empty;
        var ink = standalone ? "#222" : "inherit";
        return Markup.Of(
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin} {-margin} {width + (2 * margin)} {height + (2 * margin):0.#}" width="{width + (2 * margin)}" height="{height + (2 * margin):0.#}" role="img" aria-label="{Description()}" style="max-width:100%;height:auto;color:{ink};font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif" fill="currentColor">{paper}{Head()}{Grid()}{Curves()}</svg>""");
    }

    private string Description()
    {
        var curves = _chart.Series.Zip(_raw, (series, points) => $"{series.Name} {LastValue(points)}");
        return $"Line chart: {_chart.Title}. {_chart.YLabel} over {_chart.XLabel}. {string.Join("; ", curves)}.";
    }

    private static string LastValue(IReadOnlyList<(double X, double Y)> points)
    {
        var index = points.Count - 1;
        while (index >= 0 && double.IsNaN(points[index].Y)) index--;
        return index < 0 ? "without data" : string.Create(CultureInfo.InvariantCulture, $"ends at {points[index].Y:G4}");
    }

    private Markup Head()
    {
        var entries = _legend.Entries.Select((entry, i) => Markup.Of(
            $"""<g><title>{_chart.Series[i].Name}</title><path d="M{entry.X:0.#} {entry.Y - 4:0.#}h16" stroke="{Ink(i)}" stroke-width="3" fill="none" /><text x="{entry.X + 22:0.#}" y="{entry.Y:0.#}">{entry.Label}</text></g>"""));
        return Markup.Of(
            $"""<text x="0" y="15" font-size="14" font-weight="600">{_chart.Title}</text>{Markup.Join(entries)}<text x="0" y="{_top - 12:0.#}" font-size="11" opacity=".75">{_chart.YLabel}</text><text x="{_chart.Width - Right:0.#}" y="{_top + _chart.PlotHeight + (2 * LineHeight):0.#}" font-size="11" opacity=".75" text-anchor="end">{_chart.XLabel}</text>""");
    }

    private Markup Grid()
    {
        var bottom = _top + _chart.PlotHeight;
        var rows = _y.Ticks.Select(tick => Markup.Of(
            $"""<path d="M{_left:0.#} {Y(tick.Value):0.##}h{PlotWidth:0.#}" stroke="currentColor" stroke-opacity=".15" /><text x="{_left - 6:0.#}" y="{Y(tick.Value) + 4:0.#}" text-anchor="end" opacity=".75">{tick.Label}</text>"""));
        var columns = _x.Ticks.Select(tick => Markup.Of(
            $"""<path d="M{X(tick.Value):0.##} {bottom:0.#}v4" stroke="currentColor" stroke-opacity=".5" /><text x="{X(tick.Value):0.#}" y="{bottom + LineHeight:0.#}" text-anchor="middle" opacity=".75">{tick.Label}</text>"""));
        var nothing = IsEmpty
            ? Markup.Of($"""<text x="{_left + (PlotWidth / 2):0.#}" y="{_top + (_chart.PlotHeight / 2.0):0.#}" text-anchor="middle" opacity=".75">no data</text>""")
            : Markup.Empty;
        return IsEmpty
            ? nothing
            : Markup.Of($"""{Markup.Join(rows)}{Markup.Join(columns)}<path d="M{_left:0.#} {bottom:0.#}h{PlotWidth:0.#}" stroke="currentColor" stroke-opacity=".5" />""");
    }

    private Markup Curves() => Markup.Join(_raw.Select((points, i) =>
    {
        var smooth = _chart.Smoothing > 0;
        var raw = Curve(points, Ink(i), smooth ? ".3" : "1");
        var averaged = smooth ? Curve(CurvePoints.Smooth(points, _chart.Smoothing), Ink(i), "1") : Markup.Empty;
        return Markup.Of($"<g>{raw}{averaged}</g>");
    }));

    private Markup Curve(IReadOnlyList<(double X, double Y)> points, string ink, string opacity)
    {
        var thinned = CurvePoints.Thin(points, _chart.MaxPoints);
        var (path, dots) = (new StringBuilder(), new StringBuilder());
        for (var i = 0; i < thinned.Count; i++)
        {
            if (double.IsNaN(thinned[i].Y)) continue;
            var starts = i == 0 || double.IsNaN(thinned[i - 1].Y);
            var ends = i == thinned.Count - 1 || double.IsNaN(thinned[i + 1].Y);
            var (x, y) = (X(thinned[i].X), Y(thinned[i].Y));
            if (starts && ends) dots.Append(Markup.Of($"""<circle cx="{x:0.##}" cy="{y:0.##}" r="2.5" fill="{ink}" fill-opacity="{opacity}" />""").Text);
            else path.Append(CultureInfo.InvariantCulture, $"{(starts ? 'M' : 'L')}{x:0.##} {y:0.##}");
        }

        var line = path.Length == 0
            ? Markup.Empty
            : Markup.Of($"""<path class="curve" d="{path.ToString()}" fill="none" stroke="{ink}" stroke-opacity="{opacity}" stroke-width="1.6" stroke-linejoin="round" />""");
        return Markup.Of($"{line}{new Markup(dots.ToString())}");
    }

    private double X(double value) => _left + (PlotWidth * _x.Position(value));

    private double Y(double value) => _top + (_chart.PlotHeight * (1 - _y.Position(value)));

    /// <summary>The colour of a chart's curve.</summary>
    internal static string Ink(int index) => Inks[index % Inks.Length];
}
