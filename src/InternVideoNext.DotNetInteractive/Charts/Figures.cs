using System.Globalization;
using InternVideoNext.Interactive;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.DotNetInteractive.Charts;

/// <summary>The views that plotly.js can make interactive, in its own terms.</summary>
internal static class Figures
{
    private const int MostPoints = 20_000; // of a curve: more would make the page slow, and show nothing new
    private const int MostMarkers = 60;    // fewer points are marked, so that one between gaps is seen

    private static object Margin => new { t = 90 };

    // Beneath the title, where long names have room.
    private static object Legend => new { orientation = "h", x = 0, y = 1.02, yanchor = "bottom" };

    /// <summary>Curves: zoom, values under the pointer, a click on a name hides its curve.</summary>
    public static PlotlyFigure Of(LineChart chart)
    {
        var traces = chart.Series.SelectMany((series, i) => Curves(chart, series, ChartDrawing.Ink(i))).ToList();
        var layout = new
        {
            title = new { text = chart.Title },
            height = chart.PlotHeight + 150,
            margin = Margin,
            legend = Legend,
            hovermode = "x unified",
            xaxis = new { title = new { text = chart.XLabel } },
            yaxis = new { title = new { text = chart.YLabel }, type = chart.LogY ? "log" : "linear", automargin = true },
        };
        return PlotlyFigure.Of(new { data = traces, layout }, chart);
    }

    /// <summary>Rows over seeds: the mean with its interval, and every seed.</summary>
    public static PlotlyFigure Of(IntervalChart chart)
    {
        var names = chart.Rows.Select(row => row.Name).ToList();
        var measured = chart.Rows.Where(row => row.Values.Count > 0).ToList();
        var means = measured.Select(row => row.Values.Average()).ToList();
        var mean = new
        {
            type = "scatter",
            mode = "markers",
            name = "mean, 95 % interval",
            x = means,
            y = measured.Select(row => row.Name),
            marker = new { color = ChartDrawing.Ink(0), size = 10 },
            error_x = new
            {
                type = "data",
                symmetric = false,
                color = ChartDrawing.Ink(0),
                array = measured.Select((row, i) => row.Interval is { } interval ? interval.High - means[i] : 0),
                arrayminus = measured.Select((row, i) => row.Interval is { } interval ? means[i] - interval.Low : 0),
            },
            hovertemplate = "%{y}: %{x:.1f}<extra></extra>",
        };
        var seeds = new
        {
            type = "scatter",
            mode = "markers",
            name = "seeds",
            x = measured.SelectMany(row => row.Values),
            y = measured.SelectMany(row => row.Values.Select(_ => row.Name)),
            marker = new { color = ChartDrawing.Ink(0), size = 6, opacity = 0.35 },
            hovertemplate = "%{y}: %{x:.1f}<extra>a seed</extra>",
        };
        var lines = chart.Reference is { } at
            ? new[] { new { type = "line", x0 = at, x1 = at, y0 = 0, y1 = 1, yref = "paper", line = new { color = "#c4524e" } } }
            : null;
        var layout = new
        {
            title = new { text = chart.Title },
            height = 150 + (32 * names.Count),
            margin = Margin,
            legend = Legend,
            xaxis = new { title = new { text = chart.Label } },
            yaxis = new { automargin = true, autorange = "reversed", categoryorder = "array", categoryarray = names },
            shapes = lines,
        };
        return PlotlyFigure.Of(new { data = new object[] { seeds, mean }, layout }, chart);
    }

    /// <summary>Features as colours: a picture a frame, side by side, that zoom together; the pointer tells the token.</summary>
    public static PlotlyFigure Of(FeatureMap map)
    {
        var grid = map.Grid;
        var traces = Enumerable.Range(0, grid.Frames).Select(t => new
        {
            type = "image",
            z = Enumerable.Range(0, grid.Height).Select(y => Enumerable.Range(0, grid.Width).Select(x => Colour(map, t, y, x))),
            xaxis = Axis("x", t),
            yaxis = "y",
            hovertemplate = string.Create(CultureInfo.InvariantCulture, $"frame {t}, row %{{y}}, column %{{x}}<extra></extra>"),
        });
        var layout = new Dictionary<string, object>
        {
            ["height"] = Math.Max(220, Math.Min(420, 1100 / grid.Frames)),
            ["margin"] = new { t = 30, b = 40, l = 40, r = 10 },
            ["grid"] = new { rows = 1, columns = grid.Frames, subplots = Enumerable.Range(0, grid.Frames).Select(t => $"{Axis("x", t)}y") },
            ["yaxis"] = new { autorange = "reversed", scaleanchor = "x" },
        };
        for (var t = 0; t < grid.Frames; t++)
            layout[$"xaxis{(t == 0 ? "" : t + 1)}"] = new { title = new { text = $"frame {t}" }, matches = t == 0 ? null : "x" };
        return PlotlyFigure.Of(new { data = traces, layout }, map);
    }

    private static IEnumerable<object> Curves(LineChart chart, LineSeries series, string ink)
    {
        var points = CurvePoints.Of(series, chart.LogY);
        var smooth = chart.Smoothing > 0;
        yield return Curve(points, isMain: !smooth);
        if (smooth) yield return Curve(CurvePoints.Smooth(points, chart.Smoothing), isMain: true);

        object Curve(IReadOnlyList<(double X, double Y)> through, bool isMain)
        {
            var thinned = CurvePoints.Thin(through, MostPoints);
            return new
            {
                type = "scatter",
                mode = thinned.Count <= MostMarkers ? "lines+markers" : "lines",
                marker = new { size = 4 },
                name = series.Name,
                legendgroup = series.Name,
                showlegend = isMain,
                hoverinfo = isMain ? null : "skip",
                opacity = isMain ? 1 : 0.3,
                line = new { color = ink, width = 1.6 },
                x = thinned.Select(point => point.X),
                y = thinned.Select(point => point.Y),
            };
        }
    }

    private static IEnumerable<int> Colour(FeatureMap map, int t, int y, int x) =>
        map.Colours.Span.Slice(((((t * map.Grid.Height) + y) * map.Grid.Width) + x) * 3, 3).ToArray().Select(value => (int)value);

    private static string Axis(string letter, int index) => index == 0 ? letter : $"{letter}{index + 1}";
}
