using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoPackerTests(VideoFiles files)
{
    [Fact]
    public async Task PackAsync_ThenRead_GivesTheSameFramesFromFewBytes()
    {
        var all = Manifest.FromDirectory(files.Root);
        string[] chosen = ["good/h264.mp4", "good/vp9.webm", "good/vfr.mp4", "bad/breaks-off.mp4", "bad/text.mp4"];
        var manifest = all with { Entries = [.. all.Entries.Where(e => chosen.Contains(e.Path))] };
        var folder = Path.Combine(files.Root, "packed");
        var (file, skipped, damaged) = await new VideoPacker(
            manifest, new PackConfig { ShortSide = 48, Gop = 4, Quality = 8 }, files.Tools, TimeSpan.FromSeconds(60))
            .PackAsync(folder, jobs: 2, progress: null, CancellationToken.None);
        Assert.Equal(["bad/text.mp4"], skipped.Select(s => s.Path));
        Assert.Equal(["bad/breaks-off.mp4"], damaged.Select(s => s.Path));

        var packed = Manifest.Load(file);
        Assert.Equal(["bad/breaks-off.mp4", "good/h264.mp4", "good/vfr.mp4", "good/vp9.webm"], packed.Entries.Select(e => e.Id));
        var decoder = new PackedDecoder(files.Tools, files.Decoder(48), TimeSpan.FromSeconds(60));
        var index = new VideoIndex(
            new VideoProbe(files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(5)), null, packed.IndexFile);
        int[] indices = [0, 5, 5, 13, 23];
        WantedFrames Wanted(int entry) =>
            new(packed.PathOf(packed.Entries[entry]), index.Of(packed.PathOf(packed.Entries[entry]), CancellationToken.None), indices);
        var wanted = new[] { Wanted(1), Wanted(3), Wanted(1) with { Path = files.Broken("text.mp4") } };
        var given = new Dictionary<int, (int[] Shown, byte[] First)>();
        decoder.Read(
            wanted, (i, clip) =>
            given[i] = ([.. clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p]))], clip.Frames[clip.Positions[0]].ToArray()),
            CancellationToken.None);
        Assert.Equal([0, 1], given.Keys.Order());
        Assert.All(given.Values, clip => Assert.Equal(indices, clip.Shown));
        var alone = decoder.Read(wanted[0].Path, wanted[0].Info, indices, CancellationToken.None);
        Assert.Equal(alone.Frames[alone.Positions[0]].ToArray(), given[0].First);

        var blind = files.Tools with { FFMpegPath = "/nonexistent" };
        var again = manifest with { Entries = [.. manifest.Entries.Where(e => e.Path.StartsWith("good", StringComparison.Ordinal))] };
        await new VideoPacker(again, new PackConfig { ShortSide = 48, Gop = 4, Quality = 8 }, blind, TimeSpan.FromSeconds(60))
            .PackAsync(folder, 1, null, CancellationToken.None);
    }

    [Fact]
    public async Task Read_OneFileOfAGroupDamaged_NothingToldCountsAndTheClipsAreAsReadAlone()
    {
        var originals = Manifest.FromDirectory(files.Good);
        originals = originals with { Entries = [.. originals.Entries.Where(e => e.Path is "h264.mp4" or "raw.h264" or "vfr.mp4")] };
        var (file, _, _) = await new VideoPacker(originals, new PackConfig { ShortSide = 48 }, files.Tools, TimeSpan.FromSeconds(60))
            .PackAsync(Path.Combine(files.Root, "spoilt"), jobs: 1, progress: null, CancellationToken.None);
        var packed = Manifest.Load(file);
        var index = new VideoIndex(files.Probe, null, packed.IndexFile);
        WantedFrames[] wanted = [
            .. packed.Entries.Select(
            e => new WantedFrames(packed.PathOf(e), index.Of(packed.PathOf(e), CancellationToken.None), [0, 9, 15]))];
        var decoder = new PackedDecoder(files.Tools, files.Decoder(48), TimeSpan.FromSeconds(60));
        Assert.Equal([0, 1, 2], decoder.Read(wanted, (_, _) => { }, CancellationToken.None));

        Spoil(wanted[1].Path);
        var told = new List<int>();
        Assert.Empty(decoder.Read(wanted, (i, _) => told.Add(i), CancellationToken.None));
        Assert.Contains(0, told);

        var together = await Clips(packed, batchSize: 3);
        Assert.Equal(await Clips(packed, batchSize: 1), together);
        Assert.Contains(0, together.Keys);
        Assert.Contains(2, together.Keys);
    }

    [Fact]
    public void Parse_NoSuchStream_Throws()
    {
        Assert.Throws<VideoReadException>(() => PackedVideo.Parse("x", "no video"u8.ToArray()));
        // Begins with a frame that needs another.
        Assert.Throws<VideoReadException>(() => PackedVideo.Parse("x", (byte[])[0, 0, 1, 0x61, 0xE0, 0, 0]));
    }

    private async Task<Dictionary<int, float[]>> Clips(Manifest packed, int batchSize)
    {
        var config = new DataConfig { Frames = 4, Size = 32, Workers = 1, FileTimeoutSeconds = 60, MaxBrokenFraction = 0.5 };
        var clips = new Dictionary<int, float[]>();
        await foreach (var batch in new VideoClipSource(packed, config, files.Tools).ReadOnce(batchSize, CancellationToken.None))
        {
            using (batch)
                for (var i = 0; i < batch.Entries.Count; i++) clips[batch.Entries[i]] = batch.Video[i].data<float>().ToArray();
        }
        return clips;
    }

    // Slices from the fifth on keep their first bytes, which tell where a frame begins, and no more.
    private static void Spoil(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var units = Enumerable.Range(0, bytes.Length - 3).Where(i => bytes.AsSpan(i, 3).SequenceEqual((ReadOnlySpan<byte>)[0, 0, 1]))
            .Append(bytes.Length).ToList();
        var slices = Enumerable.Range(0, units.Count - 1).Where(u => (bytes[units[u] + 3] & 31) is 1 or 5);
        foreach (var u in slices.Skip(4)) bytes.AsSpan((units[u] + 5)..Math.Max(units[u] + 5, units[u + 1] - 1)).Fill(0xFF);
        File.WriteAllBytes(path, bytes);
    }
}
