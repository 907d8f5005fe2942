namespace InternVideoNext.Interactive.Rendering;

/// <summary>Draws an <see cref="IntervalChart"/>: names on the left, dots and intervals on a common axis.</summary>
internal sealed class IntervalDrawing
{
    private const double Top = 36, RowHeight = 26, AxisHeight = 44, Right = 16, Gap = 12, FontSize = 12, Margin = 10, Room = 0.04;
    private const string Ink = "#3b82c4", Reference = "#c4524e";

    private readonly IntervalChart _chart;
    private readonly ChartAxis _axis;
    private readonly double _left;

    private IntervalDrawing(IntervalChart chart)
    {
        _chart = chart;
        var shown = chart.Rows.SelectMany(row => row.Values).Concat(
            chart.Rows.SelectMany(row => row.Interval is { } i ? [i.Low, i.High] : Array.Empty<double>()));
        if (chart.Reference is { } reference) shown = shown.Append(reference);
        var values = shown.Where(double.IsFinite).ToList();
        // Ends of its own: the next ticks may lie where no share can.
        var room = values.Count == 0 ? 0 : Room * (values.Max() - values.Min());
        _axis = ChartAxis.Linear(values.Count == 0 ? [] : [values.Min() - room, values.Max() + room], wanted: 6, loose: false);
        _left = Gap + chart.Rows.Select(row => Letters.Outline(row.Name, FontSize, 400).Width).DefaultIfEmpty(0).Max();
    }

    private double Bottom => Top + (RowHeight * _chart.Rows.Count);

    public static Markup Draw(IntervalChart chart, bool standalone)
    {
        var drawing = new IntervalDrawing(chart);
        var margin = standalone ? Margin : 0;
        var (width, height) = (chart.Width + (2 * margin), drawing.Bottom + AxisHeight + (2 * margin));
        var paper = standalone ? Markup.Of($"""<rect x="{-margin:0.#}" y="{-margin:0.#}" width="{width:0.#}" height="{height:0.#}" fill="#fff" />""") : Markup.Empty;
        var ink = standalone ? "#222" : "inherit";
        return Markup.Of(
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-margin:0.#} {-margin:0.#} {width:0.#} {height:0.#}" width="{width:0.#}" height="{height:0.#}" role="img" aria-label="{chart.ToString()}" style="max-width:100%;height:auto;color:{ink};font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif" fill="currentColor">{paper}<text x="0" y="15" font-size="14" font-weight="600">{chart.Title}</text>{drawing.Grid()}{Markup.Join(chart.Rows.Select(drawing.Row))}</svg>""");
    }

    private Markup Grid()
    {
        var ticks = _axis.Ticks.Select(tick => Markup.Of(
            $"""<path d="M{X(tick.Value):0.##} {Top:0.#}V{Bottom:0.#}" stroke="currentColor" stroke-opacity=".15" fill="none" /><text x="{X(tick.Value):0.#}" y="{Bottom + 18:0.#}" text-anchor="middle" opacity=".75">{tick.Label}</text>"""));
        var reference = _chart.Reference is { } value
            ? Markup.Of($"""<path d="M{X(value):0.##} {Top:0.#}V{Bottom:0.#}" stroke="{Reference}" stroke-width="1.5" fill="none" />""")
            : Markup.Empty;
        return Markup.Of(
            $"""{Markup.Join(ticks)}{reference}<text x="{_chart.Width - Right:0.#}" y="{Bottom + 36:0.#}" font-size="11" opacity=".75" text-anchor="end">{_chart.Label}</text>""");
    }

    private Markup Row(IntervalRow row, int index)
    {
        var y = Top + (RowHeight * (index + 0.5));
        var name = Markup.Of($"""<text x="0" y="{y + 4:0.#}">{row.Name}</text>""");
        var values = row.Values.Where(double.IsFinite).ToList();
        if (values.Count == 0) return Markup.Of($"<g>{name}</g>");
        var interval = row.Interval is { } i
            ? Markup.Of($"""<path d="M{X(i.Low):0.##} {y:0.#}H{X(i.High):0.##}" stroke="{Ink}" stroke-width="2" fill="none" />""")
            : Markup.Empty;
        var seeds = values.Count > 1
            ? Markup.Join(values.Select(value => Markup.Of(
                $"""<circle cx="{X(value):0.##}" cy="{y:0.#}" r="3" fill="{Ink}" fill-opacity=".35" />""")))
            : Markup.Empty;
        return Markup.Of($"""<g>{name}{interval}{seeds}<circle cx="{X(values.Average()):0.##}" cy="{y:0.#}" r="5" fill="{Ink}" /></g>""");
    }

    private double X(double value) => _left + ((_chart.Width - _left - Right) * _axis.Position(value));
}
