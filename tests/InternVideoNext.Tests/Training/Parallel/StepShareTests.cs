using InternVideoNext.Foundation;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Tests.Training.Parallel;

public sealed class StepShareTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 1)]
    [InlineData(6, 2)]
    [InlineData(6, 3)]
    [InlineData(6, 6)]
    public void NumbersFrom_AllRanks_AreTheBatchesOfASingleProcessInOrder(int accumulation, int size)
    {
        var training = TinyRun.Training(1) with { Accumulation = accumulation };
        var shares = Enumerable.Range(0, size).Select(rank => StepShare.Of(training, rank, size)).ToList();
        for (var step = 0; step < 3; step++)
            Assert.Equal(
                Enumerable.Range(step * accumulation, accumulation),
                shares.SelectMany(share => share.NumbersFrom(step).Take(share.Count)).Select(n => (int)n));
        Assert.All(shares, share => Assert.Equal(share.NumbersFrom(0).Skip(share.Count).Take(5), share.NumbersFrom(1).Take(5)));
    }

    [Theory]
    [InlineData(1, 8, 2, "(2, 4, 6, ...)", "for the same 8 clips: --set training.accumulation=2 training.batch_size=4")]
    [InlineData(4, 8, 3, "(3, 6, 9, ...)", "32 clips cannot be shared evenly by 3 processes")]
    public void Of_StepThatCannotBeShared_NamesTheRemedy(int accumulation, int batch, int size, params string[] said)
    {
        var error = Assert.Throws<ConfigurationException>(
            () => StepShare.Of(TinyRun.Training(1) with { Accumulation = accumulation, BatchSize = batch }, 0, size));
        Assert.All(said, words => Assert.Contains(words, error.Message, StringComparison.Ordinal));
        Assert.Contains(
            $"batch_size * accumulation clips, now {batch} * {accumulation} = {batch * accumulation}", error.Message,
            StringComparison.Ordinal);
    }
}
