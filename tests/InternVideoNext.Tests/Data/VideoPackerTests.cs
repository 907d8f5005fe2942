using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoPackerTests(VideoFiles files)
{
    [Fact]
    public async Task PackAsync_ThenRead_GivesTheSameFramesFromFewBytes()
    {
        var all = Manifest.FromDirectory(files.Root);
        string[] chosen = ["good/h264.mp4", "good/vp9.webm", "good/vfr.mp4", "bad/text.mp4"];
        var manifest = all with { Entries = [.. all.Entries.Where(e => chosen.Contains(e.Path))] };
        var folder = Path.Combine(files.Root, "packed");
        var (file, skipped) = await new VideoPacker(manifest, new PackConfig { ShortSide = 48, Gop = 4, Quality = 8 }, files.Tools, TimeSpan.FromSeconds(60))
            .PackAsync(folder, jobs: 2, progress: null, CancellationToken.None);
        Assert.Equal(["bad/text.mp4"], skipped.Select(s => s.Path));

        var packed = Manifest.Load(file);
        Assert.Equal(["good/h264.mp4", "good/vfr.mp4", "good/vp9.webm"], packed.Entries.Select(e => e.Id));
        var decoder = new PackedDecoder(files.Tools, files.Decoder(48), TimeSpan.FromSeconds(60));
        var index = new VideoIndex(new VideoProbe(files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(5)), null, packed.IndexFile);
        int[] indices = [0, 5, 5, 13, 23];
        WantedFrames Wanted(int entry) => new(packed.PathOf(packed.Entries[entry]), index.Of(packed.PathOf(packed.Entries[entry]), CancellationToken.None), indices);
        var wanted = new[] { Wanted(0), Wanted(2), Wanted(0) with { Path = files.Broken("text.mp4") } };
        var given = new Dictionary<int, (int[] Shown, byte[] First)>();
        decoder.Read(wanted, (i, clip) => given[i] = ([.. clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p]))], clip.Frames[clip.Positions[0]].ToArray()), CancellationToken.None);
        Assert.Equal([0, 1], given.Keys.Order());
        Assert.All(given.Values, clip => Assert.Equal(indices, clip.Shown));
        var alone = decoder.Read(wanted[0].Path, wanted[0].Info, indices, CancellationToken.None);
        Assert.Equal(alone.Frames[alone.Positions[0]].ToArray(), given[0].First);

        var blind = files.Tools with { FFMpegPath = "/nonexistent" };
        var again = manifest with { Entries = [.. manifest.Entries.Where(e => e.Path.StartsWith("good", StringComparison.Ordinal))] };
        await new VideoPacker(again, new PackConfig { ShortSide = 48, Gop = 4, Quality = 8 }, blind, TimeSpan.FromSeconds(60)).PackAsync(folder, 1, null, CancellationToken.None);
    }

    [Fact]
    public void Parse_NoSuchStream_Throws()
    {
        Assert.Throws<VideoReadException>(() => PackedVideo.Parse("x", "no video"u8.ToArray()));
        Assert.Throws<VideoReadException>(() => PackedVideo.Parse("x", [0, 0, 1, 0x61, 0xE0, 0, 0])); // Begins with a frame that needs another.
    }
}
