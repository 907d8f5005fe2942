using System.Diagnostics;
using InternVideoNext.Benchmarks;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoClipSourceTests(VideoFiles files)
{
    private static readonly DataConfig Small = new()
    {
        Frames = 4,
        Size = 16,
        QueueBatches = 2,
        FileTimeoutSeconds = 60,
        MaxBrokenFraction = 0.5,
    };

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
        string[] broken = ["audio.mp4", "concat.mp4", "playlist.mp4", "text.mp4", "truncated.mp4", "zero.mp4"];
        Assert.Equal(broken.Select(b => $"bad/{b}"), source.Skipped.Select(s => s.Path));
        Assert.All(source.Skipped, s => Assert.NotEmpty(s.Reason));
        var damaged = Assert.Single(source.Damaged);
        Assert.Equal("bad/breaks-off.mp4", damaged.Path);
        Assert.Matches(@"^damaged, used: \d+ of 24 frames decode: ", damaged.Reason);
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
        var good = Enumerable.Range(0, manifest.Entries.Count).Where(
            i => manifest.Entries[i].Path == "bad/breaks-off.mp4" || manifest.Entries[i].Path.StartsWith("good", StringComparison.Ordinal));
        Assert.Equal(good, entries);
        Assert.Equal(6, source.Skipped.Count);
    }

    [Fact]
    public async Task ReadTraining_TooManyBroken_EndsWithTheList()
    {
        var manifest = Manifest.FromDirectory(files.Bad);
        manifest = manifest with { Entries = [.. manifest.Entries.Where(e => e.Path != "breaks-off.mp4")] };
        var error = await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(Open(manifest, Small), steps: 1));
        Assert.Contains("max_broken_fraction", error.Message, StringComparison.Ordinal);
        Assert.True(error.Skipped.Count > manifest.Entries.Count / 2);
        var lenient = Open(manifest, Small with { MaxBrokenFraction = 1 });
        await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(lenient, steps: 1));
        await Assert.ThrowsAsync<TooManyBrokenFilesException>(() => Training(lenient, steps: 1));
    }

    [Fact]
    public async Task ReadTraining_HangingFile_IsTriedAgainAndThenEndsTheReading()
    {
        var mark = Path.Combine(files.Root, "hanging.tries");
        var script = files.Script(
            "choosy-ffmpeg",
            $"case \"$*\" in *dash*) echo x >> '{mark}'; sleep 600;; esac\nexec '{files.Tools.FFMpegPath}' \"$@\"\n");
        var config = Small with { FileTimeoutSeconds = 3, Workers = 1, CacheMegabytes = 0 };
        var source = Open(Some("good/-dash.mp4"), config, files.Tools with { FFMpegPath = script }, pauses: 2);
        var error = await Assert.ThrowsAsync<VideoUnavailableException>(async () =>
        {
            await foreach (var batch in source.ReadOnce(1, CancellationToken.None)) batch.Dispose();
        });
        Assert.Contains("after 3 tries", error.Message, StringComparison.Ordinal);
        Assert.Contains("longer than 3 s; allow more by data.file_timeout_seconds", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(mark).Length);
        Assert.Empty(source.Skipped);
    }

    [Fact]
    public async Task ReadTraining_FilesAwayForAMoment_GivesTheSameBatches()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "away")).FullName;
        foreach (var name in new[] { "h264.mp4", "vp9.webm", "-dash.mp4" }) File.Copy(files.In(name), Path.Combine(folder, name));
        var manifest = Manifest.FromDirectory(folder);
        var config = Small with { CacheMegabytes = 0 };
        var undisturbed = await Training(Open(manifest, config), steps: 4);
        // As a disk does that is slow to wake: the first runs of ffmpeg find nothing to read.
        var mark = Path.Combine(files.Root, "away.mark");
        var script = files.Script(
            "away-ffmpeg",
            $"echo x >> '{mark}'\nif [ $(wc -l < '{mark}') -le 3 ]; then echo 'x: Input/output error' >&2; exit 1; fi\n"
                + $"exec '{files.Tools.FFMpegPath}' \"$@\"\n");
        var disturbed = Open(manifest, config, files.Tools with { FFMpegPath = script }, pauses: 9);
        AssertSame(undisturbed, await Training(disturbed, steps: 4));
        Assert.Empty(disturbed.Skipped);

        Directory.Move(folder, folder + ".elsewhere");
        var gone = Open(manifest, config, pauses: 1);
        await Assert.ThrowsAsync<VideoUnavailableException>(() => Training(gone, steps: 1));
        Assert.Empty(gone.Skipped);
        foreach (var batch in undisturbed) batch.Dispose();
    }

    [Fact]
    public async Task ReadTraining_BrokenFile_SaysWhichClipStandsForIt()
    {
        var manifest = Some("good/h264.mp4", "bad/text.mp4", "good/vp9.webm");
        foreach (var batch in await Training(Open(manifest, Small), steps: 2, batchSize: 3))
        {
            var replaced = Assert.Single(batch.Replaced);
            Assert.Equal((1, batch.Entries[replaced.Place]), (replaced.Entry, replaced.By));
            Assert.NotEqual(1, replaced.By);
            Assert.Contains("Invalid data", replaced.Reason, StringComparison.Ordinal);
            batch.Dispose();
        }
    }

    [Fact]
    public async Task ReadViews_ManyViewsOfAFile_DecodesItOnce()
    {
        var mark = Path.Combine(files.Root, "views.runs");
        var script = files.Script("counting-ffmpeg", $"echo x >> '{mark}'\nexec '{files.Tools.FFMpegPath}' \"$@\"\n");
        var manifest = Some("good/h264.mp4");
        var config = Small with { Workers = 1, CacheMegabytes = 0, QueueBatches = 1 };
        var views = new ClipViews(Segments: 3, Crops: 2, Stride: null);
        var alone = await Views(Open(manifest, config), batchSize: 1);
        var together = await Views(Open(manifest, config, files.Tools with { FFMpegPath = script }), batchSize: 6);
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
    public async Task Read_DamagedTail_IsTheSameForScanPackAndTraining()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "tail")).FullName;
        File.Copy(files.Broken("breaks-off.mp4"), Path.Combine(folder, "a.mp4"));
        var file = Path.Combine(folder, "manifest.json");
        var manifest = new Manifest { Name = "tail", Entries = [new ManifestEntry { Id = "a", Path = "a.mp4" }] };
        manifest.Save(file);
        manifest = Manifest.Load(file);

        var unscanned = new VideoClipSource(manifest, Small, files.Tools);
        foreach (var batch in await Training(unscanned, steps: 2)) batch.Dispose();
        var limit = TimeSpan.FromSeconds(60);
        var report = await new VideoScanner(manifest, files.Tools, limit).ScanAsync(Manifest.IndexFileOf(file), 1, null, default);
        var packed = await new VideoPacker(manifest, new PackConfig(), files.Tools, limit)
            .PackAsync(Path.Combine(folder, "packed"), 1, null, default);

        var damage = Assert.Single(report.Faults).Reason;
        Assert.Equal(damage, Assert.Single(unscanned.Damaged).Reason);
        Assert.Equal(damage!.Split(':')[1], Assert.Single(packed.Damaged).Reason.Split(':')[1]);
        var counted = VideoIndexFile.Read(Manifest.IndexFileOf(file)).Values.Single().Info!.FrameCount;
        Assert.Equal(counted, VideoIndexFile.Read(Manifest.IndexFileOf(packed.ManifestFile)).Values.Single().Info!.FrameCount);
        Assert.InRange(counted, 2, 23);
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

    private VideoClipSource Open(Manifest manifest, DataConfig config, FFMpegTools? tools = null, int pauses = 0) =>
        new(manifest, config, tools ?? files.Tools, files.CacheFolder)
        {
            Pauses = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(10), pauses)],
        };

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
