using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using TorchSharp;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesClipSourceTests
{
    private static readonly ShapesWorld World = new ShapesWorldConfig().Build(5);

    [Fact]
    public async Task ReadTraining_FromAStepOn_GivesTheSameBatchesAsFromTheStart()
    {
        var whole = await Take(Source(10, readAhead: 1).ReadTraining(4, 9, TrainingBatches.From(0), default), 7);
        var resumed = await Take(Source(10, readAhead: 3).ReadTraining(4, 9, TrainingBatches.From(4), default), 3);
        AssertSame(whole[4..], resumed);
    }

    [Fact]
    public async Task ReadTraining_SomeBatches_GivesTheseAsFromTheStart()
    {
        var whole = await Take(Source(10).ReadTraining(4, 9, TrainingBatches.From(0), default), 7);
        var some = await Take(Source(10).ReadTraining(4, 9, [1, 3, 6], default), 9);
        AssertSame([whole[1], whole[3], whole[6]], some);
    }

    [Fact]
    public async Task ReadTraining_OverTwoEpochs_ShowsEachClipOnceAnEpochInAnotherOrderAtTheSameTimes()
    {
        var batches = await Take(Source(12).ReadTraining(4, 9, TrainingBatches.From(0), default), 6);
        var entries = batches.SelectMany(batch => batch.Entries).ToArray();
        Assert.Equal(Enumerable.Range(0, 12), entries[..12].Order());
        Assert.Equal(Enumerable.Range(0, 12), entries[12..].Order());
        Assert.NotEqual(entries[..12], entries[12..]);
        var videos = torch.cat(batches.Select(batch => batch.Video).ToArray(), 0);
        var once = (await Take(Source(12).ReadOnce(12, default), 1))[0].Video;
        Assert.True(videos.equal(once.index_select(0, torch.tensor(entries.Select(entry => (long)entry).ToArray()))).all().item<bool>());
    }

    [Fact]
    public async Task ReadTraining_OfAnotherSeed_OrdersDifferently()
    {
        var one = await Take(Source(64).ReadTraining(64, 1, TrainingBatches.From(0), default), 1);
        var other = await Take(Source(64).ReadTraining(64, 2, TrainingBatches.From(0), default), 1);
        Assert.NotEqual(one[0].Entries, other[0].Entries);
    }

    [Fact]
    public async Task ReadOnce_GivesEveryClipInOrder_AsTheWorldRendersThem()
    {
        var batches = await Take(Source(10).ReadOnce(4, default), 10);
        Assert.Equal([4, 4, 2], batches.Select(batch => batch.Entries.Count));
        Assert.Equal(Enumerable.Range(0, 10), batches.SelectMany(batch => batch.Entries));
        Assert.Equal([4, 3, 4, 32, 32], batches[0].Video.shape);

        var rgb = new byte[4 * 32 * 32 * 3];
        World.Clip(ShapesSplit.Train, 9).Render(32, [0.125, 0.375, 0.625, 0.875], rgb);
        var expected = torch.tensor(rgb).view(4, 32, 32, 3).permute(3, 0, 1, 2).to(torch.float32) / 255;
        expected = (expected - torch.tensor(new[] { 0.485f, 0.456f, 0.406f }).view(3, 1, 1, 1)) / torch.tensor(
            new[] { 0.229f, 0.224f, 0.225f }).view(3, 1, 1, 1);
        Assert.True(torch.allclose(expected, batches[2].Video[1], atol: 1e-5));
    }

    [Fact]
    public void Labels_OfASource_AreThoseOfItsClips()
    {
        var labels = new ShapesSourceConfig { Clips = 20, Split = ShapesSplit.Test }.Build(World).Labels("motion");
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (int)World.Clip(ShapesSplit.Test, i).Phases[0]), labels);
        var error = Assert.Throws<ArgumentException>(() => Source(2).Labels("colour"));
        Assert.Contains("appearance, motion", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadTraining_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var batch in Source(8).ReadTraining(2, 1, TrainingBatches.From(0), cancellation.Token))
            {
                batch.Dispose();
                await cancellation.CancelAsync();
            }
        });
    }

    [Theory]
    [InlineData(0, 8, 32, "Clips")]
    [InlineData(1, 0, 32, "Frames")]
    [InlineData(1, 8, 15, "Size")]
    public void Build_SettingOutOfRange_NamesIt(int clips, int frames, int size, string field)
    {
        var error = Assert.Throws<ArgumentException>(
            () => new ShapesSourceConfig { Clips = clips, Frames = frames, Size = size }.Build(World));
        Assert.Contains($"ShapesSourceConfig.{field} is", error.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(List<ClipBatch> expected, List<ClipBatch> actual)
    {
        Assert.Equal(expected.Select(b => b.Entries), actual.Select(b => b.Entries));
        Assert.All(expected.Zip(actual), b => Assert.True(b.First.Video.equal(b.Second.Video).all().item<bool>()));
    }

    private static ShapesClipSource Source(int clips, int readAhead = 2) =>
        new ShapesSourceConfig { Clips = clips }.Build(World, readAhead);

    private static async Task<List<ClipBatch>> Take(IAsyncEnumerable<ClipBatch> batches, int count)
    {
        var taken = new List<ClipBatch>();
        await foreach (var batch in batches)
        {
            taken.Add(batch);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
