using System.Diagnostics;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoClipSourceTests(VideoFiles files) : VideoClipSourceTestBase(files)
{
    [Fact]
    public async Task ReadTraining_AnyParallelismCacheAndStart_GivesTheSameBatches()
    {
        var manifest = Some("good/h264.mp4", "good/vp9.webm", "good/one.mp4", "good/vertical.mp4", "bad/text.mp4", "bad/zero.mp4");
        var reference = await Training(Open(manifest, Small with { Workers = 1 }), steps: 4);
        var parallel = await Training(Open(manifest, Small with { Workers = 4, CacheMegabytes = 0, QueueBatches = 1 }), steps: 3);
        var later = await Training(Open(manifest, Small with { Workers = 3 }), steps: 2, firstStep: 2);
        AssertSame(reference[..3], parallel);
        AssertSame(reference[2..], later);
        var some = await Training(Open(manifest, Small), batches: [1, 3]);
        AssertSame([reference[1], reference[3]], some);
        Assert.All(reference, b => Assert.Equal([5, 3, 4, 16, 16], b.Video.shape));
        Assert.All(
            reference, b => Assert.All(b.Entries, e => Assert.StartsWith("good", manifest.Entries[e].Path, StringComparison.Ordinal)));
        var otherSeed = await Training(Open(manifest, Small), steps: 1, seed: 8);
        Assert.False(reference[0].Video.eq(otherSeed[0].Video).all().item<bool>());
        foreach (var batch in reference.Concat(parallel).Concat(later).Concat(some).Concat(otherSeed)) batch.Dispose();
    }

    [Fact]
    public async Task ReadTraining_GroupsOfSeveralBatches_GivesTheSameBatches()
    {
        var manifest = Some("good/h264.mp4", "good/vp9.webm", "good/vertical.mp4", "bad/breaks-off.mp4");
        var alone = await Training(
            Open(manifest, Small with { Workers = 4, QueueBatches = 1, CacheMegabytes = 0 }), steps: 7, batchSize: 3);
        var together = await Training(
            Open(manifest, Small with { Workers = 1, QueueBatches = 6, CacheMegabytes = 0 }), steps: 7, batchSize: 3);
        AssertSame(alone, together);
        foreach (var batch in alone.Concat(together)) batch.Dispose();
    }

    [Fact]
    public async Task ReadTraining_SoundFiles_ShowsEachOnceAnEpoch()
    {
        var manifest = Manifest.FromDirectory(Files.Good);
        var batches = await Training(Open(manifest, Small), steps: 2, batchSize: manifest.Entries.Count);
        Assert.All(batches, b => Assert.Equal(Enumerable.Range(0, manifest.Entries.Count), b.Entries.Order()));
        Assert.NotEqual(batches[0].Entries, batches[1].Entries);
        foreach (var batch in batches) batch.Dispose();
    }

    [Fact]
    public async Task ReadOnce_MixedFiles_GivesTheReadableOnesInOrder()
    {
        var manifest = Everything();
        var source = Open(manifest, Small);
        using var scope = NewDisposeScope();
        var entries = new List<int>();
        await foreach (var batch in source.ReadOnce(4, CancellationToken.None))
        {
            using (batch)
            {
                Assert.Equal(batch.Entries.Count, batch.Video.shape[0]);
                Assert.True(batch.Video.isfinite().all().item<bool>());
                entries.AddRange(batch.Entries);
            }
        }
        var good = Enumerable.Range(0, manifest.Entries.Count).Where(
            i => manifest.Entries[i].Path == "bad/breaks-off.mp4" || manifest.Entries[i].Path.StartsWith("good", StringComparison.Ordinal));
        Assert.Equal(good, entries);
        Assert.Equal(6, source.Skipped.Count);
    }

    [Fact]
    public async Task ReadViews_ManyViewsOfAFile_DecodesItOnce()
    {
        var mark = Path.Combine(Files.Root, "views.runs");
        var script = Files.Script("counting-ffmpeg", $"echo x >> '{mark}'\nexec '{Files.Tools.FFMpegPath}' \"$@\"\n");
        var manifest = Some("good/h264.mp4");
        var config = Small with { Workers = 1, CacheMegabytes = 0, QueueBatches = 1 };
        var views = new ClipViews(Segments: 3, Crops: 2, Stride: null);
        var alone = await Views(Open(manifest, config), batchSize: 1);
        var together = await Views(Open(manifest, config, Files.Tools with { FFMpegPath = script }), batchSize: 6);
        Assert.Single(File.ReadAllLines(mark));
        Assert.Equal(alone, together);

        async Task<float[]> Views(VideoClipSource source, int batchSize)
        {
            var values = new List<float>();
            await foreach (var batch in source.ReadViews(views, batchSize, CancellationToken.None))
                using (batch) values.AddRange(batch.Video.data<float>().ToArray());
            return [.. values];
        }
    }

    [Fact]
    public async Task ReadOnce_Segments_ShowTheirOwnFrames()
    {
        var whole = Some("good/h264.mp4", "good/one.mp4");
        var config = Small with { Frames = 2, Size = 32, CacheMegabytes = 0 };
        ManifestEntry Part(string id, double start, double end, SegmentUnit unit) =>
            whole.Entries[0] with { Id = id, Segment = new ClipSegment(start, end, unit) };
        var manifest = whole with
        {
            Entries =
            [
                Part("a", 0, 4, SegmentUnit.Frames), Part("b", 0.5, 1, SegmentUnit.Seconds), Part("c", 20, 99, SegmentUnit.Frames),
                Part("d", 24, 30, SegmentUnit.Frames), whole.Entries[1],
            ],
        };
        var source = Open(manifest, config with { MaxBrokenFraction = 1 });
        var shown = new Dictionary<int, int[]>();
        await foreach (var batch in source.ReadOnce(2, CancellationToken.None))
        {
            using (batch)
                for (var i = 0; i < batch.Entries.Count; i++) shown[batch.Entries[i]] = Numbers(batch.Video[i]);
        }
        Assert.Equal([0, 1, 2, 4], shown.Keys.Order());
        Assert.Equal([[1, 3], [15, 21], [21, 23]], Enumerable.Range(0, 3).Select(i => shown[i]));
        Assert.Contains("begins after its 24 frames", Assert.Single(source.Skipped).Reason, StringComparison.Ordinal);

        // Grey n is frame n; see VideoFiles.
        static int[] Numbers(Tensor clip) =>
            [.. Enumerable.Range(0, 2).Select(t => (int)Math.Round(((clip[0, t, 16, 16].item<float>() * 0.229) + 0.485) * 219 / 9))];
    }

    [Fact]
    public async Task ReadTraining_Cancelled_EndsAtOnceAndLeavesNoProcess()
    {
        var mark = Path.Combine(Files.Root, "cancelled.pids");
        var script = Files.Script("endless-ffmpeg", $"echo $$ >> '{mark}'\nexec sleep 600\n");
        using var stop = new CancellationTokenSource();
        var source = Open(Manifest.FromDirectory(Files.Good), Small with { Workers = 2 }, Files.Tools with { FFMpegPath = script });
        var reading = Task.Run(() => Training(source, steps: 1, cancellation: stop.Token));
        while (!File.Exists(mark) || File.ReadAllLines(mark).Length < 2) await Task.Delay(20);
        var watch = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
        Assert.Empty(source.Skipped);
        Assert.All(File.ReadAllLines(mark), id => Assert.False(Directory.Exists($"/proc/{id}")));
    }

    [Fact]
    public async Task ReadTraining_LeftEarly_StopsItsWorkers()
    {
        var source = Open(Manifest.FromDirectory(Files.Good), Small);
        await foreach (var batch in source.ReadTraining(2, 7, TrainingBatches.From(0), CancellationToken.None))
        {
            batch.Dispose();
            break;
        }
    }

    [Fact]
    public void Constructor_WrongSettings_NamesThemAll()
    {
        var error = Assert.Throws<ConfigurationException>(
            () => new VideoClipSource(Everything(), Small with { Frames = 0, CropScales = [2] }, Files.Tools));
        Assert.Contains("frames = 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("crop_scales = [2]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ManifestException>(() => new VideoClipSource(Everything().Filter("test"), Small, Files.Tools));
    }
}
