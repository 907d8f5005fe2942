using System.Diagnostics;
using InternVideoNext.Benchmarks;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoClipSourceTests(VideoFiles files)
{
    private static readonly DataConfig Small = new() { Frames = 4, Size = 16, QueueBatches = 2, FileTimeoutSeconds = 60 };

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
    public async Task ReadTraining_BrokenFiles_AreListedOnceWithReasons()
    {
        var source = Open(Everything(), Small);
        foreach (var batch in await Training(source, steps: 7)) batch.Dispose();
        string[] broken = ["audio.mp4", "breaks-off.mp4", "concat.mp4", "playlist.mp4", "text.mp4", "truncated.mp4", "zero.mp4"];
        Assert.Equal(broken.Select(b => $"bad/{b}"), source.Skipped.Select(s => s.Path));
        Assert.All(source.Skipped, s => Assert.NotEmpty(s.Reason));
    }

    [Fact]
    public async Task ReadTraining_TenthOfTheFilesDamaged_FinishesTheEpochAndListsThemAll()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "tenth")).FullName;
        var sound = Directory.CreateDirectory(Path.Combine(folder, "sound")).FullName;
        foreach (var i in Enumerable.Range(0, 20)) File.Copy(files.In("h264.mp4"), Path.Combine(sound, $"{i:D2}.mp4"));
        var (manifest, damaged) = DamagedCopies.Make(
            Manifest.FromDirectory(sound), 0.1, Directory.CreateDirectory(Path.Combine(folder, "damaged")).FullName, seed: 3);
        var source = Open(manifest, Small with { CacheMegabytes = 0 });
        var batches = await Training(source, steps: 4);
        Assert.All(batches, b => Assert.Equal(5, b.Entries.Count));
        Assert.Equal(18, batches.SelectMany(b => b.Entries).Distinct().Count());
        Assert.Equal(2, damaged.Count);
        Assert.Equal(damaged, source.Skipped.Select(s => s.Path));
        foreach (var batch in batches) batch.Dispose();
    }

    [Fact]
    public async Task ReadTraining_SoundFiles_ShowsEachOnceAnEpoch()
    {
        var manifest = Manifest.FromDirectory(files.Good);
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
        var good = Enumerable.Range(0, manifest.Entries.Count)
            .Where(i => manifest.Entries[i].Path.StartsWith("good", StringComparison.Ordinal));
        Assert.Equal(good, entries);
        Assert.Equal(7, source.Skipped.Count);
    }

    [Fact]
    public async Task ReadTraining_TooManyBroken_EndsWithTheList()
    {
        var manifest = Manifest.FromDirectory(files.Bad);
        var error = await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(Open(manifest, Small), steps: 1));
        Assert.Contains("max_broken_fraction", error.Message, StringComparison.Ordinal);
        Assert.True(error.Skipped.Count > manifest.Entries.Count / 2);
        var lenient = Open(manifest, Small with { MaxBrokenFraction = 1 });
        await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(lenient, steps: 1));
        await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(lenient, steps: 1));
    }

    [Fact]
    public async Task ReadTraining_HangingFile_IsSkippedAtTheLimit()
    {
        var script = files.Script("choosy-ffmpeg", $"case \"$*\" in *dash*) sleep 600;; esac\nexec '{files.Tools.FFMpegPath}' \"$@\"\n");
        var config = Small with { FileTimeoutSeconds = 5 };
        var source = Open(Some("good/h264.mp4", "good/-dash.mp4", "good/one.mp4"), config, files.Tools with { FFMpegPath = script });
        foreach (var batch in await Training(source, steps: 2)) batch.Dispose();
        Assert.Contains(source.Skipped, s => s.Path == "good/-dash.mp4" && s.Reason.Contains("longer than 5 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadTraining_Cancelled_EndsAtOnceAndLeavesNoProcess()
    {
        var mark = Path.Combine(files.Root, "cancelled.pids");
        var script = files.Script("endless-ffmpeg", $"echo $$ >> '{mark}'\nexec sleep 600\n");
        using var stop = new CancellationTokenSource();
        var source = Open(Manifest.FromDirectory(files.Good), Small with { Workers = 2 }, files.Tools with { FFMpegPath = script });
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
        var source = Open(Manifest.FromDirectory(files.Good), Small);
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
            () => new VideoClipSource(Everything(), Small with { Frames = 0, CropScales = [2] }, files.Tools));
        Assert.Contains("frames = 0", error.Message, StringComparison.Ordinal);
        Assert.Contains("crop_scales = [2]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ManifestException>(() => new VideoClipSource(Everything().Filter("test"), Small, files.Tools));
    }

    private VideoClipSource Open(Manifest manifest, DataConfig config, FFMpegTools? tools = null) =>
        new(manifest, config, tools ?? files.Tools, files.CacheFolder);

    private Manifest Some(params string[] paths)
    {
        var all = Manifest.FromDirectory(files.Root);
        return all with { Entries = [.. paths.Select(p => all.Entries.Single(e => e.Path == p))] };
    }

    private Manifest Everything()
    {
        var all = Manifest.FromDirectory(files.Root);
        return all with
        {
            Entries = [
            .. all.Entries.Where(
            e => e.Path.StartsWith("good/", StringComparison.Ordinal) || e.Path.StartsWith("bad/", StringComparison.Ordinal))]
        };
    }

    private static async Task<ClipBatch[]> Training(
        VideoClipSource source, int steps, long firstStep = 0, ulong seed = 7, int batchSize = 5, CancellationToken cancellation = default)
    {
        var batches = new List<ClipBatch>();
        await foreach (var batch in source.ReadTraining(batchSize, seed, TrainingBatches.From(firstStep), cancellation))
        {
            batches.Add(batch);
            if (batches.Count == steps) break;
        }
        return [.. batches];
    }

    private static async Task<ClipBatch[]> Training(VideoClipSource source, IEnumerable<long> batches)
    {
        var read = new List<ClipBatch>();
        await foreach (var batch in source.ReadTraining(5, 7, batches, default)) read.Add(batch);
        return [.. read];
    }

    private static void AssertSame(ClipBatch[] expected, ClipBatch[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Entries, actual[i].Entries);
            Assert.True(expected[i].Video.eq(actual[i].Video).all().item<bool>(), $"batch {i} differs");
        }
    }
}
