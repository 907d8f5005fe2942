using InternVideoNext.Benchmarks;

namespace InternVideoNext.Tests.Benchmarks;

public sealed class QuartilesTests
{
    [Theory]
    [InlineData(new double[] { 7 }, 7, 7, 7)]
    [InlineData(new double[] { 2, 1 }, 1.25, 1.5, 1.75)]
    [InlineData(new double[] { 5, 1, 4, 2, 3 }, 2, 3, 4)]
    [InlineData(new double[] { 4, 3, 2, 1 }, 1.75, 2.5, 3.25)]
    public void Of_AnyOrder_CutsTheSortedSeries(double[] values, double lower, double median, double upper) =>
        Assert.Equal(new Quartiles(lower, median, upper), Quartiles.Of(values));

    [Fact]
    public void Of_Nothing_Throws() => Assert.Throws<ArgumentException>(() => Quartiles.Of([]));
}
