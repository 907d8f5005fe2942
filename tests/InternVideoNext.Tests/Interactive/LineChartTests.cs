using System.Globalization;
using System.Xml.Linq;
using InternVideoNext.Interactive;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Tests.Interactive;

public sealed class LineChartTests
{
    private static readonly double[] Steps = [.. Enumerable.Range(0, 200).Select(i => (double)i)];

    [Fact]
    public void ToHtml_TwoSeries_ShowsEveryNameAndEveryPoint()
    {
        var chart = new LineChart("Loss", "step", "loss", Curve("total", x => Math.Exp(-x / 50)), Curve("<pixel> & co", x => 1 / (1 + x)));
        var fragment = Fragments.Parse(chart);
        Assert.Equal([200, 200], Fragments.PointCounts(fragment));
        var texts = Texts(fragment);
        Assert.All(new[] { "Loss", "step", "loss", "total", "<pixel> & co" }, text => Assert.Contains(text, texts));
        Assert.Contains("<pixel> & co", fragment.All("svg").Single().Get("aria-label"), StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_Smoothing_DrawsTheAverageOverTheFaintCurve()
    {
        var fragment = Fragments.Parse(new LineChart("t", "x", "y", Curve("a", x => x % 2)) { Smoothing = 0.9 });
        var curves = fragment.All("path").Where(path => path.Get("class") == "curve").ToList();
        Assert.Equal([".3", "1"], curves.Select(path => path.Get("stroke-opacity")));
        Assert.Equal([200, 200], Fragments.PointCounts(fragment));
    }

    [Fact]
    public void Smooth_ConstantWithAGap_StaysConstantFromTheStart()
    {
        var smooth = CurvePoints.Smooth([(0, 3), (1, double.NaN), (2, 3)], 0.99);
        Assert.Equal(3, smooth[0].Y, 12);
        Assert.True(double.IsNaN(smooth[1].Y));
        Assert.Equal(3, smooth[2].Y, 12);
    }

    [Fact]
    public void ToHtml_NotFiniteValues_AreGaps()
    {
        double[] y = [1, 2, double.NaN, 3, 4, double.PositiveInfinity, 5, double.NegativeInfinity, 6, 7];
        var fragment = Fragments.Parse(new LineChart("t", "x", "y", new LineSeries("a", Steps.Take(10), y)));
        var path = fragment.All("path").Single(element => element.Get("class") == "curve").Get("d")!;
        Assert.Equal(3, path.Count(c => c == 'M')); // three stretches
        Assert.Equal(6, Fragments.PointCounts(fragment).Single());
        Assert.Single(fragment.All("circle"));      // the point that stands alone
        Assert.DoesNotContain("NaN", fragment.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("∞", fragment.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_LogarithmicAxis_LeavesOutWhatIsNotPositiveAndSpacesDecadesEvenly()
    {
        var fragment = Fragments.Parse(
            new LineChart("t", "x", "y", new LineSeries("a", [0, 1, 2, 3, 4], [100, 10, 1, 0, -1])) { LogY = true });
        var heights = fragment.All("path").Single(path => path.Get("class") == "curve").Get("d")!
            .Split('M', 'L').Skip(1).Select(point => double.Parse(point.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(3, heights.Count);
        Assert.Equal(heights[1] - heights[0], heights[2] - heights[1], 1);
        Assert.Contains("100", Texts(fragment));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ToHtml_NothingToDraw_SaysSo(int series)
    {
        var curves = Enumerable.Range(0, series).Select(_ => new LineSeries("void", [], [])).ToList();
        var fragment = Fragments.Parse(new LineChart("t", "x", "y", curves));
        Assert.Contains("no data", Texts(fragment));
        Assert.Equal(series, Texts(fragment).Count(text => text == "void"));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    [InlineData(1e250, -1e250)]
    [InlineData(1e-30, 2e-30)]
    [InlineData(-3, -2.9999)]
    [InlineData(123456789, 123456790)]
    public void ToHtml_ExtremeRanges_DrawInsideWithSomeTicks(double first, double last)
    {
        var fragment = Fragments.Parse(new LineChart("t", "x", "y", new LineSeries("a", [1, 2], [first, last])));
        var box = fragment.All("svg").Single().Get("viewBox")!.Split(' ').Select(size => double.Parse(size, CultureInfo.InvariantCulture))
            .ToArray();
        var points = fragment.All("path").Single(path => path.Get("class") == "curve").Get("d")!.Split('M', 'L').Skip(1);
        foreach (
            var point in points.Select(
            point => point.Split(' ').Select(size => double.Parse(size, CultureInfo.InvariantCulture)).ToArray()))
            Assert.True(point[0] >= 0 && point[0] <= box[2] && point[1] >= 0 && point[1] <= box[3]);
        Assert.InRange(fragment.All("text").Count(text => text.Get("text-anchor") == "end"), 3, 12);
    }

    [Fact]
    public void Thin_LongCurve_KeepsExtremesAndGaps()
    {
        var points = Enumerable.Range(0, 100_000).Select(i => ((double)i, i == 77_777 ? 9.0 : i == 5 ? double.NaN : Math.Sin(i))).ToList();
        var thinned = CurvePoints.Thin(points, 1000);
        Assert.InRange(thinned.Count, 500, 1500);
        Assert.Contains(thinned, point => point.Y == 9);
        Assert.Contains(thinned, point => double.IsNaN(point.Y));
        Assert.Equal(
            thinned.Where(point => !double.IsNaN(point.Y)).Select(point => point.X).Order(),
            thinned.Where(point => !double.IsNaN(point.Y)).Select(point => point.X));
    }

    [Fact]
    public void LineSeries_LengthsDiffer_NamesTheSeries() =>
        Assert.Contains(
            "'loss'", Assert.Throws<ArgumentException>(() => new LineSeries("loss", [1, 2], [1])).Message, StringComparison.Ordinal);

    [Fact]
    public void ToHtml_SmoothingOutOfRange_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LineChart("t", "x", "y") { Smoothing = 1 }.ToHtml());

    [Fact]
    public void ToHtml_ManyLongNames_StayInsideTheDrawing()
    {
        var curves = Enumerable.Range(0, 12).Select(i => Curve($"variant {i} " + new string('w', i * 12), x => x + i)).ToList();
        var fragment = Fragments.Parse(new LineChart("t", "x", "y", curves));
        var legend = fragment.All("g").Where(group => group.All("title").Any()).ToList();
        Assert.Equal(curves.Select(curve => curve.Name), legend.Select(group => group.All("title").Single().Value));
        Assert.All(legend, group =>
        {
            var text = group.All("text").Single();
            Assert.True(double.Parse(text.Get("x")!, CultureInfo.InvariantCulture) + (text.Value.Length * 6) <= 690);
        });
    }

    [Fact]
    public void Save_Chart_WritesAnSvgFileThatStandsAlone()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "chart.svg");
        new LineChart("Loss", "step", "loss", Curve("a", x => x)).Save(path);
        Assert.Equal("{http://www.w3.org/2000/svg}svg", XDocument.Load(path).Root!.Name.ToString());
    }

    [Fact]
    public void ToSvg_WhateverThePageAroundIt_HasItsOwnPaperAndInk()
    {
        var svg = XDocument.Parse(new LineChart("Loss", "step", "loss", Curve("a", x => x)).ToSvg()).Root!;
        var paper = svg.Elements().First();
        Assert.Equal(("rect", "#fff"), (paper.Name.LocalName, paper.Get("fill")));
        Assert.Equal(svg.Get("viewBox"), string.Join(' ', new[] { "x", "y", "width", "height" }.Select(paper.Get)));
        Assert.Contains("color:#222", svg.Get("style"), StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_WholeNumbersAcross_HasNoTicksBetweenThem()
    {
        var texts = Texts(Fragments.Parse(new LineChart("Seeds", "seed", "%", new LineSeries("a", [1, 2], [10.5, 11.2]))));
        Assert.Contains("1", texts);
        Assert.Contains("2", texts);
        Assert.DoesNotContain("1.5", texts);
        Assert.DoesNotContain("1.2", texts);
    }

    private static LineSeries Curve(string name, Func<double, double> value) => new(name, Steps, Steps.Select(value));

    private static List<string> Texts(XElement fragment) => [.. fragment.All("text").Select(text => text.Value)];
}
