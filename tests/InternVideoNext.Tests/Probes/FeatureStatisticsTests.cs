using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class FeatureStatisticsTests
{
    [Fact]
    public void Measure_IsotropicNoise_IsFullRankAndUnaligned()
    {
        using var set = MadeFeatures.Noise(4000, 2, 16, seed: 1, "a");
        var summary = FeatureStatistics.Measure(set.Features);
        Assert.Equal(1, summary.Deviation, 1);
        Assert.InRange(summary.EffectiveRank, 15.9, 16);
        Assert.InRange(summary.MeanCosine, -0.01, 0.01);
        Assert.Equal(4000, summary.Rows);
    }

    [Fact]
    public void Measure_Collapsed_ShowsIt()
    {
        using var same = ones(50, 8);
        var summary = FeatureStatistics.Measure(same);
        Assert.Equal(new FeatureSummary(0, 0, summary.MeanCosine, 50), summary);
        Assert.Equal(1, summary.MeanCosine, 12);
    }

    [Fact]
    public void Measure_OneDirection_HasRankOne()
    {
        using var line = linspace(-1, 1, 30).unsqueeze(1) * linspace(1, 2, 6).unsqueeze(0);
        Assert.Equal(1, FeatureStatistics.Measure(line).EffectiveRank, 6);
    }

    [Fact]
    public void Measure_AgainstSingularValuesAndPairs_Agrees()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var x = randn([12, 5], generator: generator) + 0.5;
        var summary = FeatureStatistics.Measure(x);
        var values = linalg.svdvals(x - x.mean([0])).data<float>().Select(value => (double)value).ToArray();
        var shares = values.Select(value => value / values.Sum()).ToArray();
        Assert.Equal(Math.Exp(-shares.Sum(share => share * Math.Log(share))), summary.EffectiveRank, 4);
        var unit = nn.functional.normalize(x, dim: 1);
        var cosines = unit.matmul(unit.T);
        Assert.Equal((cosines.sum() - cosines.diagonal().sum()).item<float>() / (12 * 11), summary.MeanCosine, 5);
        Assert.Equal(x.std(0, unbiased: true).mean().item<float>(), summary.Deviation, 5);
    }

    [Fact]
    public void Measure_OneRow_Throws()
    {
        using var row = ones(1, 4);
        Assert.Throws<ArgumentException>(() => FeatureStatistics.Measure(row));
    }
}
