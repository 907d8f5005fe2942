using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoIndexTests(VideoFiles files)
{
    [Fact]
    public void Of_IndexedFile_StartsNoProcessUntilTheFileChanges()
    {
        var cache = Path.Combine(files.Root, "index");
        var video = Path.Combine(files.Root, "indexed.mp4");
        File.Copy(files.In("h264.mp4"), video);
        var first = new VideoIndex(files.Probe, cache);
        var info = first.Of(video, CancellationToken.None);
        first.Save();

        var blind = new VideoProbe(files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(5));
        Assert.Equal(info, new VideoIndex(blind, cache).Of(video, CancellationToken.None));
        File.SetLastWriteTimeUtc(video, DateTime.UnixEpoch);
        Assert.Throws<FFMpegMissingException>(() => new VideoIndex(blind, cache).Of(video, CancellationToken.None));
    }

    [Fact]
    public void Of_LinkedFile_IsTheFileBehindIt()
    {
        var link = Path.Combine(files.Root, "link.mp4");
        File.CreateSymbolicLink(link, files.In("h264.mp4"));
        var blind = new VideoProbe(files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(5));
        var known = files.Info("h264.mp4");
        Assert.Equal(known, new VideoIndex(blind, files.CacheFolder).Of(link, CancellationToken.None));

        var dangling = Path.Combine(files.Root, "dangling.mp4");
        File.CreateSymbolicLink(dangling, files.In("missing.mp4"));
        var error = Assert.Throws<VideoReadException>(() => new VideoIndex(blind, files.CacheFolder).Of(dangling, CancellationToken.None));
        Assert.Contains("no such file", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IndexByOlderRules_KeepsPackedVideosOnly()
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(files.Root, "older")).FullName, "video-index.json");
        var entry = new IndexedVideo(1, 1, files.Info("h264.mp4"));
        VideoIndexFile.Write(file, new Dictionary<string, IndexedVideo> { ["/a.mp4"] = entry, ["/b.mp4.packed.h264"] = entry });
        Assert.Equal(["/a.mp4", "/b.mp4.packed.h264"], VideoIndexFile.Read(file).Keys.Order(StringComparer.Ordinal));
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"rules\": 2", "\"rules\": 1", StringComparison.Ordinal));
        Assert.Equal(["/b.mp4.packed.h264"], VideoIndexFile.Read(file).Keys);
    }

    [Fact]
    public void Constructor_DamagedIndex_StartsAfresh()
    {
        var cache = Directory.CreateDirectory(Path.Combine(files.Root, "damaged")).FullName;
        File.WriteAllText(Path.Combine(cache, "video-index.json"), "{ \"videos\": { \"/x.mp4\": ");
        Assert.Equal(24, new VideoIndex(files.Probe, cache).Of(files.In("h264.mp4"), CancellationToken.None).FrameCount);
    }
}
