using InternVideoNext.Training;

namespace InternVideoNext.Tests.Training;

public sealed class BatchSearchTests
{
    [Theory]
    [InlineData(0, 100, new[] { 1 })]
    [InlineData(1, 100, new[] { 1, 2 })]
    [InlineData(7, 100, new[] { 1, 2, 4, 8, 6, 7 })]
    [InlineData(100, 4096, new[] { 1, 2, 4, 8, 16, 32, 64, 128, 96, 112, 104 })]
    [InlineData(1000, 32, new[] { 1, 2, 4, 8, 16, 32 })]
    public async Task RunAsync_MemoryForSoMany_DoublesThenBisects(int room, int most, int[] tried)
    {
        var search = new BatchSearch((size, _) => Task.FromResult(new BatchTrial(size, size <= room, 1, 1)), most);
        var trials = await search.RunAsync(null, CancellationToken.None);
        Assert.Equal(tried, trials.Select(t => t.BatchSize));
        var largest = trials.Where(t => t.Fits).Select(t => t.BatchSize).DefaultIfEmpty().Max();
        Assert.InRange(largest, Math.Min(room, most) * 8 / 9, room);
    }

    [Fact]
    public void Run_TinyStage_MeasuresRealSteps()
    {
        var trial = BatchTrial.Run(InternVideoNext.Recipes.Presets.Stage1("tiny"), 2);
        Assert.True(trial is { BatchSize: 2, Fits: true, MillisecondsPerStep: > 0, PeakMegabytes: > 10 });
    }
}
