using System.Text.Json.Nodes;
using InternVideoNext.DotNetInteractive.Charts;
using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.DotNetInteractive;

/// <summary>What plotly.js is given.</summary>
public sealed class FiguresTests
{
    [Fact]
    public void Of_Curves_KeepsPointsGapsAndScale()
    {
        var chart = new LineChart("Loss", "step", "nats", new LineSeries("a", [0, 1, 2], [3, double.NaN, 1]), new LineSeries("b", [0], [2]))
        { LogY = true };
        var figure = Json(Figures.Of(chart));
        var traces = figure["data"]!.AsArray();
        Assert.Equal(["a", "b"], traces.Select(trace => (string?)trace!["name"]));
        Assert.Equal(["lines+markers", "lines+markers"], traces.Select(trace => (string?)trace!["mode"]));
        Assert.Equal([3, null, 1], traces[0]!["y"]!.AsArray().Select(value => (double?)value));
        Assert.Equal("log", (string?)figure["layout"]!["yaxis"]!["type"]);
        Assert.Equal("step", (string?)figure["layout"]!["xaxis"]!["title"]!["text"]);
    }

    [Fact]
    public void Of_SmoothedCurve_ShowsTheAverageWithTheFaintCurveUnderItsName()
    {
        var chart = new LineChart("t", "x", "y", new LineSeries("a", [0, 1], [0, 1])) { Smoothing = 0.5 };
        var traces = Json(Figures.Of(chart))["data"]!.AsArray();
        Assert.Equal([false, true], traces.Select(trace => (bool)trace!["showlegend"]!));
        Assert.Equal(["a", "a"], traces.Select(trace => (string?)trace!["legendgroup"]));
        Assert.Equal(2.0 / 3, (double)traces[1]!["y"]![1]!, 12);
    }

    [Fact]
    public void Of_Rows_HasMeansIntervalsAndTheReference()
    {
        var chart = new IntervalChart("Top-1", "%", [new("one", [10, 12, 14]), new("two", [5]), new("none", [])]) { Reference = 6.25 };
        var figure = Json(Figures.Of(chart));
        var mean = figure["data"]![1]!;
        Assert.Equal([12, 5], mean["x"]!.AsArray().Select(value => (double)value!));
        // Student's 97.5 % point with two degrees of freedom, times 2 / sqrt(3).
        Assert.Equal(4.3027 * 2 / Math.Sqrt(3), (double)mean["error_x"]!["array"]![0]!, 0.001);
        Assert.Equal(0, (double)mean["error_x"]!["array"]![1]!);
        Assert.Equal(6.25, (double)figure["layout"]!["shapes"]![0]!["x0"]!);
        Assert.Equal(["one", "two", "none"], figure["layout"]!["yaxis"]!["categoryarray"]!.AsArray().Select(name => (string?)name));
    }

    [Fact]
    public void Of_FeatureMap_HasAPictureAFrameWithTheColoursOfItsTokens()
    {
        using var features = randn(2 * 3 * 4, 5, generator: new Generator(1, CPU));
        var map = new FeatureMap(features, new TokenGrid(2, 3, 4));
        var traces = Json(Figures.Of(map))["data"]!.AsArray();
        Assert.Equal(["x", "x2"], traces.Select(trace => (string?)trace!["xaxis"]));
        var last = traces[1]!["z"]![2]![3]!.AsArray().Select(value => (byte)(int)value!);
        Assert.Equal(map.Colours.Span[^3..].ToArray(), last);
    }

    [Fact]
    public void ToHtml_Figure_CarriesItsPictureAndEndsNoScriptEarly()
    {
        var html = Figures.Of(new LineChart("</script>", "x", "y", new LineSeries("a", [0, 1], [0, 1])) { Caption = "1 < 2" }).ToHtml();
        Assert.Single(html.Split("</script>")[..^1]);
        Assert.Contains("src=\"data:image/png;base64,", html, StringComparison.Ordinal);
        Assert.Contains("1 &lt; 2", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_OfPlotly_IsAPlainScriptWhateverModuleLoaderThePageHas()
    {
        var script = PlotlyScript.Text();
        Assert.StartsWith("(function(define,exports,module){", script, StringComparison.Ordinal);
        Assert.Contains("plotly.js v", script, StringComparison.Ordinal);
        Assert.DoesNotContain("</script", script, StringComparison.OrdinalIgnoreCase);
    }

    private static JsonNode Json(PlotlyFigure figure) => JsonNode.Parse(figure.Json)!;
}
