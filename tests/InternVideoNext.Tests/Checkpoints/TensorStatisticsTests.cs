using InternVideoNext.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Checkpoints;

public sealed class TensorStatisticsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_SmallTensor_IsExact()
    {
        var statistics = TensorStatistics.Of(tensor(new[] { 1f, 2, 3, 4, float.NaN, float.NegativeInfinity }));
        Assert.Equal(new TensorStatistics(6, 2, 1, 4, 2.5, Math.Sqrt(1.25)), statistics);
    }

    [Fact]
    public void Of_SeveralChunksFarFromZero_AgreesWithTorch()
    {
        using var generator = new Generator(7);
        var values = randn([9_000_001], dtype: float64, generator: generator) + 1e6;
        var statistics = TensorStatistics.Of(values);
        Assert.Equal(values.numel(), statistics.Count);
        Assert.Equal(values.mean().item<double>(), statistics.Mean, 6);
        Assert.Equal(values.std(unbiased: false).item<double>(), statistics.StandardDeviation, 6);
        Assert.Equal(values.max().item<double>(), statistics.Maximum);
        Assert.Equal(values.min().item<double>(), statistics.Minimum);
    }

    [Theory]
    [InlineData(ScalarType.Bool)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(SafetensorsType.Float8E5M2)]
    [InlineData((ScalarType)27)]
    public void Of_OtherTypes_Works(ScalarType type)
    {
        var statistics = TensorStatistics.Of(tensor(new[] { 0f, 1, 1, 1 }).to(type).view(2, 2));
        Assert.Equal(0.75, statistics.Mean);
    }

    [Fact]
    public void Of_EmptyOrNothingFinite_IsNaN()
    {
        Assert.True(double.IsNaN(TensorStatistics.Of(zeros(0, 3)).Mean));
        Assert.Equal(2, TensorStatistics.Of(tensor(new[] { float.NaN, float.PositiveInfinity })).NonFinite);
    }
}
