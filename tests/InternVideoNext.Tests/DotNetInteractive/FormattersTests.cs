using InternVideoNext.Ablations;
using InternVideoNext.DotNetInteractive.Formatting;
using InternVideoNext.Interactive;
using InternVideoNext.Recipes;
using InternVideoNext.Weights;
using Microsoft.Data.Analysis;
using Microsoft.DotNet.Interactive.Formatting;

namespace InternVideoNext.Tests.DotNetInteractive;

/// <summary>What the engine shows of the library's types once the package is loaded.</summary>
public sealed class FormattersTests
{
    public FormattersTests() => Formatters.Register();

    [Fact]
    public void Chart_IsInteractiveWithItsPictureBesideIt()
    {
        var chart = new LineChart("Loss", "step", "loss", new LineSeries("a", [0, 1], [0, 1]));
        Assert.Equal(["text/html", "image/png", "text/plain"], Formatter.GetPreferredMimeTypesFor(typeof(LineChart)));
        Assert.Contains("Plotly.newPlot", chart.ToDisplayString("text/html"), StringComparison.Ordinal);
        Assert.Equal(chart.ToStaticBundle()["image/png"], chart.ToDisplayString("image/png"));
    }

    [Fact]
    public void Configuration_ShowsALineAndAllOfIt()
    {
        var html = Presets.Stage2("mini").ToDisplayString("text/html");
        Assert.Contains("Stage2Config mini: ", html, StringComparison.Ordinal);
        Assert.Contains("&quot;masking&quot;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_ShowAChartAndATableALabel()
    {
        var html = ShippedResults.Load("mini").ToDisplayString("text/html");
        Assert.Equal(2, html.Split("Plotly.newPlot").Length - 1);
        Assert.Contains("On appearance", html, StringComparison.Ordinal);
        Assert.Contains("On motion", html, StringComparison.Ordinal);
        IEnumerable<AblationResult> some = ShippedResults.Load("mini").Results;
        Assert.Contains("On motion", some.ToDisplayString("text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Model_IsItsTree()
    {
        using var model = ShippedModels.Find("mini/align").Open();
        Assert.Contains("encoder", model.ToDisplayString("text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public void DataFrame_OfManyRows_SaysHowManyAreLeftOut()
    {
        var frame = new DataFrame(new DoubleDataFrameColumn("x", Enumerable.Range(0, 150).Select(i => (double)i)));
        var html = frame.ToDisplayString("text/html");
        Assert.Contains("The first 100 of 150 rows.", html, StringComparison.Ordinal);
        Assert.Contains(">99<", html, StringComparison.Ordinal);
        Assert.DoesNotContain(">100<", html, StringComparison.Ordinal);
    }
}
