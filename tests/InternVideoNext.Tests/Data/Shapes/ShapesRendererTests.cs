using System.Diagnostics;
using System.Text.Json;
using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesRendererTests : IDisposable
{
    private static readonly ShapesWorld World = new ShapesWorldConfig().Build(5);

    // A name with blanks, a quote and a per cent sign: none of them may reach the encoder's command line.
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"shapes '%d {Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task RenderAsync_Clips_ShowWhatTheWorldRenders()
    {
        var config = new ShapesRenderConfig { Train = 4, Validation = 1, Test = 2 };
        var manifest = await config.Build(World, 2).RenderAsync(_folder, null, default);
        foreach (
            var (split, index) in new[] { (ShapesSplit.Train, 0), (ShapesSplit.Train, 3), (ShapesSplit.Validation, 0),
            (ShapesSplit.Test, 1) })
        {
            var entry = manifest.Entries.Single(e => e.Id == $"{split.ToString().ToLowerInvariant()}-{index:D6}");
            var expected = new byte[24 * 64 * 64 * 3];
            World.Clip(split, index).Render(64, ShapesClipSource.SegmentMiddles(24), expected);
            var decoded = await Decode(Path.Combine(_folder, entry.Path));
            Assert.Equal(expected.Length, decoded.Length);
            Assert.True(Psnr(expected, decoded) > 30, $"{entry.Id}: {Psnr(expected, decoded):F1} dB");
        }
    }

    [Fact]
    public async Task RenderAsync_Done_LeavesClipsAndOneManifestOnly()
    {
        var config = new ShapesRenderConfig { Train = 3, Test = 2, Size = 32, Frames = 4, FramesPerSecond = 8 };
        var told = new List<int>();
        await config.Build(World, 1).RenderAsync(_folder, new Told(told.Add), default);
        Assert.Equal([1, 2, 3, 4, 5], told);
        var files = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(_folder, f))
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            ["manifest.json", "test/000000.mp4", "test/000001.mp4", "train/000000.mp4", "train/000001.mp4", "train/000002.mp4"], files);

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "manifest.json")));
        var last = json.RootElement.GetProperty("entries")[4];
        Assert.Equal("test/000001.mp4", last.GetProperty("path").GetString());
        Assert.Equal("test", last.GetProperty("split").GetString());
        Assert.Equal((int)World.Clip(ShapesSplit.Test, 1).Phases[0], last.GetProperty("labels").GetProperty("motion").GetInt32());
        Assert.Equal(16, json.RootElement.GetProperty("labels").GetProperty("appearance").GetArrayLength());
    }

    [Fact]
    public async Task RenderAsync_WhateverTheParallelism_WritesTheSameBytes()
    {
        var config = new ShapesRenderConfig { Train = ShapesRun.MaximumClips + 3, Size = 16, Frames = 2 };
        var folders = new[] { Path.Combine(_folder, "one"), Path.Combine(_folder, "two") };
        await config.Build(World, 1).RenderAsync(folders[0], null, default);
        await config.Build(World, 2).RenderAsync(folders[1], null, default);
        foreach (var file in Directory.GetFiles(folders[0], "*", SearchOption.AllDirectories))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folders[1], Path.GetRelativePath(folders[0], file))));
        Assert.Equal(config.Clips + 1, Directory.GetFiles(folders[1], "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task RenderAsync_Cancelled_LeavesNoManifestAndNoPartialFiles()
    {
        using var cancellation = new CancellationTokenSource();
        var config = new ShapesRenderConfig { Train = 10_000 };
        var progress = new Told(clips =>
        {
            if (clips == 20) cancellation.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => config.Build(World, 2).RenderAsync(_folder, progress, cancellation.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder, "*.json"));
        Assert.False(Directory.Exists(Path.Combine(_folder, ".partial")));
    }

    [Fact]
    public async Task RenderAsync_WhereADataSetIs_RefusesAndSaysWhatToDo()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "manifest.json"), "{}");
        var error = await Assert.ThrowsAsync<IOException>(
            () => ShapesRenderConfig.ForClips(1).Build(World, 1).RenderAsync(_folder, null, default));
        Assert.Contains("Name another folder", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, 64, "Train")]
    [InlineData(0, 64, "Clips")]
    [InlineData(1, 33, "Size")]
    public void Build_SettingOutOfRange_NamesIt(int train, int size, string field)
    {
        var error = Assert.Throws<ArgumentException>(() => new ShapesRenderConfig { Train = train, Size = size }.Build(World, 1));
        Assert.Contains($"ShapesRenderConfig.{field} is", error.Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> Decode(string file)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardOutput = true };
        foreach (
            var argument in new[] { "-v", "error", "-nostdin", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-" }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var bytes = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(bytes);
        await process.WaitForExitAsync();
        return bytes.ToArray();
    }

    private static double Psnr(byte[] expected, byte[] actual)
    {
        var sum = 0.0;
        for (var i = 0; i < expected.Length; i++) sum += Math.Pow(expected[i] - actual[i], 2);
        return 10 * Math.Log10(255 * 255 / (sum / expected.Length));
    }

    // Progress<T> would report from other threads, later.
    private sealed class Told(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
