using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoScannerTests(VideoFiles files)
{
    [Fact]
    public async Task ScanAsync_MixedFiles_CountsThemAndTrainingReadsTheIndex()
    {
        var folder = Directory.CreateDirectory(Path.Combine(files.Root, "scan")).FullName;
        foreach (var name in new[] { "h264.mp4", "vp9.webm" }) File.Copy(files.In(name), Path.Combine(folder, name));
        foreach (var name in new[] { "text.mp4", "zero.mp4", "breaks-off.mp4" }) File.Copy(files.Broken(name), Path.Combine(folder, name));
        var manifest = new Manifest
        {
            Name = "mixed",
            Expected = new Dictionary<string, int> { ["train"] = 9, ["test"] = 3 },
            Entries = [
                .. new[] { "h264.mp4", "vp9.webm", "text.mp4", "zero.mp4", "breaks-off.mp4", "gone.mp4" }.Select(
                n => new ManifestEntry { Id = n, Path = n })],
        };
        var file = Path.Combine(folder, "manifest.json");
        manifest.Save(file);
        manifest = Manifest.Load(file);
        var index = Manifest.IndexFileOf(file);
        // What a killed scan leaves behind: one good line and a torn one.
        await File.WriteAllTextAsync(
            index + ".journal",
            "{\"path\":\"/x.mp4\",\"video\":{\"size\":1,\"written_ticks\":1,\"hash\":\"0\",\"error\":\"e\"}}\n{\"path\":");

        var report = await new VideoScanner(manifest, files.Tools, TimeSpan.FromSeconds(60))
            .ScanAsync(index, jobs: 2, progress: null, CancellationToken.None);

        Assert.Equal([new ScannedSplit("train", 6, 3, 1, 2, 9) { Damaged = 1 }, new ScannedSplit("test", 0, 0, 0, 0, 3)], report.Splits);
        Assert.Equal(["breaks-off.mp4", "gone.mp4", "text.mp4", "zero.mp4"], report.Faults.Select(f => f.Path));
        Assert.Equal(ScanState.Damaged, report.Faults[0].State);
        Assert.StartsWith("damaged, used: ", report.Faults[0].Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(index + ".journal"));
        var known = VideoIndexFile.Read(index);
        Assert.Equal(32, known[Path.Combine(folder, "h264.mp4")].Hash!.Length);
        Assert.Contains("/x.mp4", known.Keys);

        var blind = new VideoProbe(files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(5));
        var read = new VideoIndex(blind, null, Manifest.Load(file).IndexFile);
        Assert.Equal(24, read.Of(Path.Combine(folder, "h264.mp4"), CancellationToken.None).FrameCount);
        Assert.Throws<VideoReadException>(() => read.Of(Path.Combine(folder, "text.mp4"), CancellationToken.None));
        var blindScan = new VideoScanner(manifest, files.Tools with { FFProbePath = "/nonexistent" }, TimeSpan.FromSeconds(60));
        Assert.Equal(report.Splits, (await blindScan.ScanAsync(index, jobs: 1, progress: null, CancellationToken.None)).Splits);
    }
}
