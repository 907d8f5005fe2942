using InternVideoNext.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Modules;

public sealed class PositionTableTests(ITestOutputHelper output) : IDisposable
{
    private readonly ReferenceFile _reference = ReferenceFile.Open("misc");

    [Fact]
    public void SineCosine_ReferenceSizes_AgreesWithReference()
    {
        using var table = PositionTable.SineCosine(48, new TokenGrid(4, 4, 4), 4);
        Agree("pos_embed", table.squeeze(0), _reference["pos_embed.dim48_grid4_t4"]);
    }

    [Theory]
    [InlineData(1, 10000)]
    [InlineData(2.5, 10)]
    public void SineCosine_ScaleAndBase_AreTheFormulasTable(double scale, double frequencyBase)
    {
        using var table = PositionTable.SineCosine(16, new TokenGrid(2, 3, 4), 1, scale, frequencyBase);
        Assert.Equal([1, 25, 16], table.shape);
        var row = 1;
        for (var t = 0; t < 2; t++)
            for (var h = 0; h < 3; h++)
                for (var w = 0; w < 4; w++, row++)
                {
                    double[] expected = [.. Axis(t, 2), .. Axis(w, 3), .. Axis(h, 3)];
                    for (var c = 0; c < 16; c++) Assert.Equal(scale * expected[c], table[0, row, c].item<float>(), 1e-6);
                }
        Assert.Equal(0, table[0, 0].abs().sum().item<float>());

        IEnumerable<double> Axis(int place, int half)
        {
            var angles = Enumerable.Range(0, half).Select(i => place * Math.Pow(frequencyBase, -(double)i / half)).ToList();
            return [.. angles.Select(Math.Sin), .. angles.Select(Math.Cos)];
        }
    }

    [Fact]
    public void SineCosine_Defaults_AreScaleOneAndBaseTenThousandToTheBit()
    {
        using var table = PositionTable.SineCosine(48, new TokenGrid(4, 4, 4), 4);
        using var same = PositionTable.SineCosine(48, new TokenGrid(4, 4, 4), 4, scale: 1, frequencyBase: 10000);
        using var twice = PositionTable.SineCosine(48, new TokenGrid(4, 4, 4), 4, scale: 2);
        Assert.True(table.Equals(same));
        Assert.True(twice.Equals(table * 2));
    }

    [Theory]
    [InlineData("interp.temporal_4_to_8", 8, 4)]
    [InlineData("interp.spatial_4_to_6", 4, 6)]
    public void Resize_ReferenceTable_AgreesWithReference(string name, int frames, int side)
    {
        var source = _reference["interp.input"];
        using var resized = PositionTable.Resize(source, new TokenGrid(4, 4, 4), new TokenGrid(frames, side, side), 4);
        Agree(name, resized, _reference[name]);
        using var classes = source[.., ..4].eq(resized[.., ..4]).all();
        Assert.True(classes.item<bool>());
    }

    [Fact]
    public void Resize_SameGrid_IsEqualCopy()
    {
        var source = _reference["interp.input"];
        using var copy = PositionTable.Resize(source, new TokenGrid(4, 4, 4), new TokenGrid(4, 4, 4), 4);
        Assert.Equal(0, ReferenceFile.RelativeDifference(copy, source));
        Assert.NotEqual(source.Handle, copy.Handle);
    }

    [Fact]
    public void Resize_RowsAndColumnsExchanged_KeepsClassRowsAndCount()
    {
        using var source = PositionTable.SineCosine(16, new TokenGrid(2, 2, 8), 1);
        using var turned = PositionTable.Resize(source, new TokenGrid(2, 2, 8), new TokenGrid(2, 8, 2), 1);
        Assert.Equal([1, 33, 16], turned.shape);
        Assert.True(ReferenceFile.RelativeDifference(turned, source) > 0.1);
    }

    [Fact]
    public void Resize_WrongRowCount_NamesTheShape()
    {
        var error = Assert.Throws<ArgumentException>(
            () => PositionTable.Resize(_reference["interp.input"], new TokenGrid(4, 4, 4), new TokenGrid(8, 4, 4), 3));
        Assert.Contains("[1, 68, 48]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SineCosine_WidthNotDivisible_NamesTheWidth()
    {
        var error = Assert.Throws<ArgumentException>(() => PositionTable.SineCosine(40, new TokenGrid(1, 1, 1), 0));
        Assert.Contains("40", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _reference.Dispose();

    private void Agree(string name, Tensor actual, Tensor expected)
    {
        var difference = ReferenceFile.RelativeDifference(actual, expected);
        output.WriteLine($"{name}: largest relative difference {difference:g3}");
        Assert.True(difference <= 1e-4, $"{name}: {difference:g3}");
    }
}
