using System.Globalization;
using InternVideoNext.Interactive;

namespace InternVideoNext.Tests.Interactive;

public sealed class IntervalChartTests
{
    private static readonly IntervalChart Chart = new("Top-1", "%", [new("one & two", [10, 14]), new("alone", [12]), new("nothing", [])])
    { Reference = 6 };

    [Fact]
    public void ToHtml_Rows_DrawSeedsMeansAndIntervals()
    {
        var fragment = Fragments.Parse(Chart);
        var dots = fragment.All("circle").Select(circle => (X: Number(circle.Get("cx")!), Radius: circle.Get("r"))).ToList();
        Assert.Equal(["3", "3", "5", "5"], dots.Select(dot => dot.Radius)); // two seeds and their mean; one seed alone
        Assert.Equal((dots[0].X + dots[1].X) / 2, dots[2].X, 0.02);
        Assert.Equal(dots[2].X, dots[3].X, 0.02);
        Assert.Single(fragment.All("path"), path => path.Get("stroke-width") == "2");
        Assert.All(
            new[] { "Top-1", "%", "one & two", "alone", "nothing" },
            text => Assert.Contains(text, fragment.All("text").Select(element => element.Value)));
    }

    [Fact]
    public void Interval_OneSeed_IsNone()
    {
        Assert.Null(Chart.Rows[1].Interval);
        Assert.Equal(12, (Chart.Rows[0].Interval!.Value.Low + Chart.Rows[0].Interval!.Value.High) / 2, 9);
    }

    [Fact]
    public void ToStaticBundle_IsAPicture() =>
        Assert.Equal(1050, Fragments.Decode(Convert.FromBase64String(Chart.ToStaticBundle()["image/png"])).Width);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
