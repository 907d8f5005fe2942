using InternVideoNext.Data;
using TorchSharp;

namespace InternVideoNext.Tests.Data;

public sealed class VideoWindowTests
{
    [Fact]
    public void Over_WholeVideo_IsOneWindowOfMiddles()
    {
        var window = Assert.Single(VideoWindow.Over(Info(100), 4, sliding: null));
        Assert.Equal((0, 10), (window.Start, window.End));
        Assert.Equal(FrameSampling.Middles(100, 4), window.Frames);
    }

    [Theory]
    [InlineData(100, 4, 2, new double[] { 0, 2, 4, 6 }, 4)]      // ends on the grid of starts
    [InlineData(95, 4, 2, new double[] { 0, 2, 4, 5.5 }, 4)]     // the last window ends with the video
    [InlineData(100, 4, 4, new double[] { 0, 4, 6 }, 4)]
    [InlineData(100, 4, 30, new double[] { 0, 6 }, 4)]           // what lies between is passed over, the end is not
    [InlineData(30, 4, 2, new double[] { 0 }, 3)]                // shorter than a window
    [InlineData(40, 4, 2, new double[] { 0 }, 4)]
    [InlineData(1, 4, 2, new double[] { 0 }, 0.1)]
    public void Over_Sliding_CoversTheVideo(int frames, double seconds, double stride, double[] starts, double length)
    {
        var windows = VideoWindow.Over(Info(frames), 4, new SlidingWindow(seconds, stride));
        Assert.Equal(starts, windows.Select(window => window.Start));
        Assert.All(windows, window => Assert.Equal(length, window.End - window.Start, 9));
        Assert.All(windows, window => Assert.True(window.Frames.SequenceEqual(window.Frames.Order())));
        Assert.All(windows, window => Assert.All(window.Frames, frame => Assert.InRange(frame, 0, frames - 1)));
        Assert.Equal(frames / 10.0, windows[^1].End, 9);
    }

    [Fact]
    public void Read_Windows_HaveTheFramesOfTheirTimes()
    {
        using var files = new VideoFiles();
        // Frame N is a grey of 10.5 N, so a clip's mean tells which frames it has.
        var reader = new WindowReader(new DataConfig { Frames = 2, Size = 16 }, files.Tools);
        var read = reader.Read(files.In("h264.mp4"), new SlidingWindow(0.25, 0.25), batchSize: 3, CancellationToken.None).ToList();
        Assert.Equal([3, 1], read.Select(batch => batch.Windows.Count));
        var greys = new List<double>();
        foreach (var (_, clips) in read)
            using (clips)
            {
                Assert.Equal([3, 2, 16, 16], clips.shape[1..]);
                for (var i = 0; i < clips.size(0); i++) greys.Add(Grey(clips[i]));
            }
        Assert.Equal([0, 0.25, 0.5, 0.75], read.SelectMany(batch => batch.Windows).Select(window => window.Start));
        // The middles of the two halves of frames 0..5 are 1 and 4, and so on by six.
        for (var i = 0; i < 4; i++) Assert.InRange(greys[i], 10.5 * ((6 * i) + 2.5) - 3, 10.5 * ((6 * i) + 2.5) + 3);
    }

    [Fact]
    public void Read_DamagedFileOrSegment_GivesTheWindowsOfWhatThereIs()
    {
        using var files = new VideoFiles();
        var reader = new WindowReader(new DataConfig { Frames = 2, Size = 16 }, files.Tools);
        var broken = files.Broken("breaks-off.mp4");
        var (frames, _) = new FrameCounter(files.Tools, TimeSpan.FromSeconds(60)).Count(
            broken, files.Probe.Read(broken, CancellationToken.None), CancellationToken.None);
        Assert.Equal(frames / 24.0, Windows(broken, null)[^1].End, 9);
        Assert.StartsWith($"damaged, used: {frames} of 24 frames", reader.Damaged[broken], StringComparison.Ordinal);

        var part = Windows(files.In("h264.mp4"), new ClipSegment(0.25, 0.75, SegmentUnit.Seconds));
        Assert.Equal([0.25, 0.5], part.Select(window => window.Start));
        var beyond = new ClipSegment(30, 40, SegmentUnit.Frames);
        Assert.Throws<VideoReadException>(() => Windows(files.In("h264.mp4"), beyond));

        List<VideoWindow> Windows(string path, ClipSegment? segment)
        {
            var read = reader.Read(path, new SlidingWindow(0.25, 0.25), batchSize: 3, CancellationToken.None, segment).ToList();
            foreach (var (_, clips) in read) clips.Dispose();
            return [.. read.SelectMany(batch => batch.Windows)];
        }
    }

    private static double Grey(torch.Tensor clip)
    {
        using var scope = torch.NewDisposeScope();
        return ((clip[0] * ClipResampler.Deviation[0]) + ClipResampler.Mean[0]).mean().item<float>() * 255;
    }

    private static VideoInfo Info(int frames) =>
        new() { DurationSeconds = frames / 10.0, FrameRate = 10, FrameCount = frames, Width = 8, Height = 8, Codec = "h264" };
}
