using InternVideoNext.Foundation;
using InternVideoNext.Probes;

namespace InternVideoNext.Tests.Probes;

public sealed class ConfidenceTests
{
    // Values of R's prop.test(correct = FALSE) and of Wilson's formula by hand.
    [Theory]
    [InlineData(0, 10, 0, 0.277533)]
    [InlineData(10, 10, 0.722467, 1)]
    [InlineData(5, 10, 0.236593, 0.763407)]
    [InlineData(81, 263, 0.255289, 0.366196)]
    public void Wilson_KnownCounts_GivesKnownInterval(int successes, int trials, double low, double high)
    {
        var interval = Confidence.Wilson(successes, trials);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    [Fact]
    public void Wilson_NoTrials_IsEverything() => Assert.Equal(new ConfidenceInterval(0, 1, 0.95), Confidence.Wilson(0, 0));

    [Fact]
    public void Wilson_MoreSuccessesThanTrials_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Confidence.Wilson(3, 2));

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.5, 0)]
    [InlineData(0.995, 2.5758293035489)]
    [InlineData(0.0001, -3.719016485455709)]
    public void Quantile_KnownShares_GivesKnownValues(double share, double value) =>
        Assert.Equal(value, NormalDistribution.Quantile(share), 9);

    [Fact]
    public void McNemar_KnownCounts_GivesExactProbability()
    {
        // 1 against 6 discordant clips: 2 * (1 + 7) / 128.
        bool[] first = [true, false, false, false, false, false, false, true, true, false];
        bool[] second = [false, true, true, true, true, true, true, true, true, false];
        var comparison = Confidence.McNemar(first, second);
        Assert.Equal((1, 6, 10), (comparison.OnlyFirst, comparison.OnlySecond, comparison.Clips));
        Assert.Equal(-0.5, comparison.Difference, 12);
        Assert.Equal(16.0 / 128, comparison.PValue, 12);
    }

    [Fact]
    public void McNemar_SameAnswers_IsNoDifference() => Assert.Equal(1, Confidence.McNemar([true, false], [true, false]).PValue);

    [Fact]
    public void McNemar_DifferentLengths_Throws() => Assert.Throws<ArgumentException>(() => Confidence.McNemar([true], [true, false]));

    [Fact]
    public void PairedBootstrap_ClearDifference_ExcludesZeroAndHoldsTheDifference()
    {
        var first = Enumerable.Range(0, 400).Select(i => i % 10 != 0).ToArray();
        var second = Enumerable.Range(0, 400).Select(i => i % 2 != 0).ToArray();
        var interval = Confidence.PairedBootstrap(first, second, new DeterministicRandom(1));
        Assert.True(interval.Contains(0.4));
        Assert.False(interval.Contains(0));
        // Half width of the normal interval: 1.96 * sqrt(.4 - .16) / 20 = .048.
        Assert.InRange(interval.High - interval.Low, 0.08, 0.115);
        Assert.Equal(interval, Confidence.PairedBootstrap(first, second, new DeterministicRandom(1)));
    }
}
