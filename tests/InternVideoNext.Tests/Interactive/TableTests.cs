using System.Xml.Linq;
using InternVideoNext.Interactive;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Tests.Interactive;

public sealed class TableTests
{
    [Fact]
    public void ResultTable_MixedRows_FormatsAlignsAndMarksTheBest()
    {
        var table = new ResultTable(
            ["Encoder", new TableColumn("Accuracy, %") { Format = "0.0", Best = TableBest.Highest }, new TableColumn("Loss")
                { Best = TableBest.Lowest }],
            [["trained", 81.26, 0.5], ["random", 33.3f, double.NaN], ["<other>", 81.31, null]])
        { Caption = "Probe & co", Footnotes = ["Mean of <3> seeds."] };
        var root = Fragments.Parse(table);
        Assert.Equal(["81.3", "0.5", "81.3"], root.All("strong").Select(cell => cell.Value)); // equal as shown
        Assert.Equal([["trained", "81.3", "0.5"], ["random", "33.3", "–"], ["<other>", "81.3", "–"]], Body(root));
        Assert.Equal(["col", "col", "col", "row", "row", "row"], root.All("th").Select(cell => cell.Get("scope")));
        Assert.All(root.All("td"), cell => Assert.EndsWith("text-align:right", cell.Get("style"), StringComparison.Ordinal));
        Assert.Equal("Probe & co", root.All("caption").Single().Value);
        Assert.Equal("Mean of <3> seeds.", root.All("p").Single().Value);
    }

    [Fact]
    public void ResultTable_NumbersWithoutFormat_AreShortAndInvariant()
    {
        var table = new ResultTable(["a"], [[123456789L], [0.25], [1e-7], [12345.678], [7], [double.PositiveInfinity], [true]])
        { FirstColumnIsHeader = false };
        Assert.Equal(
            ["123456789", "0.25", "1E-07", "1.235E+04", "7", "∞", "True"], Body(Fragments.Parse(table)).Select(row => row.Single()));
    }

    [Fact]
    public void ResultTable_NoRowsOrNothingMeasured_IsStillATable()
    {
        Assert.Empty(Body(Fragments.Parse(new ResultTable(["a", new TableColumn("b") { Best = TableBest.Lowest }], []))));
        var unmeasured = new ResultTable([new TableColumn("b") { Best = TableBest.Highest }], [[null], [double.NaN]]);
        Assert.Empty(Fragments.Parse(unmeasured).All("strong"));
    }

    [Fact]
    public void ResultTable_RowOfAnotherLength_IsNamed() =>
        Assert.Contains(
            "Row 1", Assert.Throws<ArgumentException>(() => new ResultTable(["a"], [[1], [1, 2]])).Message, StringComparison.Ordinal);

    [Fact]
    public void FromDataFrame_ColumnsWithAFormat_ShowsAllRows()
    {
        var frame = new DataFrame(
            new StringDataFrameColumn("variant", ["a", "b"]),
            new DoubleDataFrameColumn("ours", [70.04, 71.0]),
            new PrimitiveDataFrameColumn<double>("paper", [75.8, null]));
        var table = ResultTable.FromDataFrame(frame, new TableColumn("ours") { Format = "0.0", Best = TableBest.Highest });
        var root = Fragments.Parse(table);
        Assert.Equal([["a", "70.0", "75.8"], ["b", "71.0", "–"]], Body(root));
        Assert.Equal("71.0", root.All("strong").Single().Value);
        var error = Assert.Throws<ArgumentException>(() => ResultTable.FromDataFrame(frame, "theirs"));
        Assert.Contains("variant, ours, paper", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyValueTable_HostileText_IsEscaped()
    {
        var root = Fragments.Parse(new KeyValueTable(("<script>alert(1)</script>", "\u0001\ud800 & \"'"), ("number", 1.5), ("none", null)));
        Assert.Empty(root.All("script"));
        Assert.Equal(["\uFFFD\uFFFD & \"'", "1.5", "–"], root.All("td").Select(cell => cell.Value));
    }

    private static List<List<string>> Body(XElement root) =>
        [.. root.All("tbody").Single().All("tr").Select(row => row.Elements().Select(cell => cell.Value).ToList())];
}
