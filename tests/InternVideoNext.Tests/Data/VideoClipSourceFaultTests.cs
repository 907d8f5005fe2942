using InternVideoNext.Benchmarks;
using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

/// <summary>Files that are broken, damaged, slow or away.</summary>
[Collection(VideoFilesGroup.Name)]
public sealed class VideoClipSourceFaultTests(VideoFiles files) : VideoClipSourceTestBase(files)
{
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
        var folder = Directory.CreateDirectory(Path.Combine(Files.Root, "tenth")).FullName;
        var sound = Directory.CreateDirectory(Path.Combine(folder, "sound")).FullName;
        foreach (var i in Enumerable.Range(0, 20)) File.Copy(Files.In("h264.mp4"), Path.Combine(sound, $"{i:D2}.mp4"));
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
    public async Task ReadTraining_TooManyBroken_EndsWithTheList()
    {
        var manifest = Manifest.FromDirectory(Files.Bad);
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
        var mark = Path.Combine(Files.Root, "hanging.tries");
        var script = Files.Script(
            "choosy-ffmpeg",
            $"case \"$*\" in *dash*) echo x >> '{mark}'; sleep 600;; esac\nexec '{Files.Tools.FFMpegPath}' \"$@\"\n");
        var config = Small with { FileTimeoutSeconds = 3, Workers = 1, CacheMegabytes = 0 };
        var source = Open(Some("good/-dash.mp4"), config, Files.Tools with { FFMpegPath = script }, pauses: 2);
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
        var folder = Directory.CreateDirectory(Path.Combine(Files.Root, "away")).FullName;
        foreach (var name in new[] { "h264.mp4", "vp9.webm", "-dash.mp4" }) File.Copy(Files.In(name), Path.Combine(folder, name));
        var manifest = Manifest.FromDirectory(folder);
        var config = Small with { CacheMegabytes = 0 };
        var undisturbed = await Training(Open(manifest, config), steps: 4);
        // As a disk does that is slow to wake: the first runs of ffmpeg find nothing to read.
        var mark = Path.Combine(Files.Root, "away.mark");
        var script = Files.Script(
            "away-ffmpeg",
            $"echo x >> '{mark}'\nif [ $(wc -l < '{mark}') -le 3 ]; then echo 'x: Input/output error' >&2; exit 1; fi\n"
                + $"exec '{Files.Tools.FFMpegPath}' \"$@\"\n");
        var disturbed = Open(manifest, config, Files.Tools with { FFMpegPath = script }, pauses: 9);
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
    public async Task Read_DamagedTail_IsTheSameForScanPackAndTraining()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Files.Root, "tail")).FullName;
        File.Copy(Files.Broken("breaks-off.mp4"), Path.Combine(folder, "a.mp4"));
        var file = Path.Combine(folder, "manifest.json");
        var manifest = new Manifest { Name = "tail", Entries = [new ManifestEntry { Id = "a", Path = "a.mp4" }] };
        manifest.Save(file);
        manifest = Manifest.Load(file);

        var unscanned = new VideoClipSource(manifest, Small, Files.Tools);
        foreach (var batch in await Training(unscanned, steps: 2)) batch.Dispose();
        var limit = TimeSpan.FromSeconds(60);
        var report = await new VideoScanner(manifest, Files.Tools, limit).ScanAsync(Manifest.IndexFileOf(file), 1, null, default);
        var packed = await new VideoPacker(manifest, new PackConfig(), Files.Tools, limit)
            .PackAsync(Path.Combine(folder, "packed"), 1, null, default);

        var damage = Assert.Single(report.Faults).Reason;
        Assert.Equal(damage, Assert.Single(unscanned.Damaged).Reason);
        Assert.Equal(damage!.Split(':')[1], Assert.Single(packed.Damaged).Reason.Split(':')[1]);
        var counted = VideoIndexFile.Read(Manifest.IndexFileOf(file)).Values.Single().Info!.FrameCount;
        Assert.Equal(counted, VideoIndexFile.Read(Manifest.IndexFileOf(packed.ManifestFile)).Values.Single().Info!.FrameCount);
        Assert.InRange(counted, 2, 23);
    }
}
