using System.Diagnostics;
using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoDecoderTests(VideoFiles files)
{
    [Theory]
    [InlineData("h264.mp4")]
    [InlineData("vp9.webm")]
    [InlineData("raw.h264")]
    [InlineData("it's a \"clip\": 100 %d.mp4")]
    public void Read_SampledFrames_AreThoseAskedFor(string name)
    {
        int[] indices = [0, 7, 7, 16, 23];
        var clip = Read(name, indices, shortSide: 32);
        Assert.Equal(indices, clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p])));
        Assert.Equal(4, clip.Frames.Count);
    }

    [Fact]
    public void Read_ManyFrames_AreThoseAskedFor()
    {
        int[] indices = [0, 1, 2, 4, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18, 20, 23];
        var clip = Read("h264.mp4", indices, shortSide: 32);
        Assert.Equal(indices, clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p])));
    }

    [Theory]
    [InlineData("h264.mp4", 32, 48, 32)]
    [InlineData("h264.mp4", 100, 96, 64)]
    [InlineData("mpeg4.avi", 100, 63, 47)]
    [InlineData("mpeg4.avi", 31, 42, 31)]
    [InlineData("vertical.mp4", 40, 40, 60)]
    public void Read_AnySize_ScalesTheShorterSideDown(string name, int shortSide, int width, int height)
    {
        var clip = Read(name, [0], shortSide);
        Assert.Equal((width, height), (clip.Frames.Width, clip.Frames.Height));
    }

    [Fact]
    public void Read_RotatedFile_GivesTheShownOrientation()
    {
        // Stored with a white upper left corner; the file asks to be turned by a quarter.
        var frames = Read("vertical.mp4", [3], shortSide: 64).Frames;
        Assert.Equal((64, 96), (frames.Width, frames.Height));
        byte At(int x, int y) => frames[0][((y * frames.Width) + x) * 3];
        byte[] corners = [At(2, 2), At(61, 2), At(2, 93), At(61, 93)];
        Assert.Single(corners, c => c > 200);
        Assert.True(corners[0] < 50, "the white corner is still where it was stored");
    }

    [Fact]
    public void Read_VariableRate_FollowsTime()
    {
        var info = files.Info("vfr.mp4");
        var clip = Read("vfr.mp4", [0, info.FrameCount / 4, info.FrameCount / 2, info.FrameCount - 1], 32);
        var shown = clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p])).ToArray();
        Assert.Equal(0, shown[0]);
        Assert.InRange(shown[1], 4, 7);
        Assert.InRange(shown[2], 10, 12);
        Assert.Equal(21, shown[3]);
    }

    [Fact]
    public void Read_OneFrameFile_RepeatsIt()
    {
        var clip = Read("one.mp4", FrameSampling.Middles(1, 8), 32);
        Assert.Equal(1, clip.Frames.Count);
        Assert.Equal(new int[8], clip.Positions);
    }

    [Theory]
    [InlineData("bad/breaks-off.mp4", new[] { 0, 8, 23 })]
    [InlineData("good/h264.mp4", new[] { 5, 23, 39 })]
    public void Read_FileShorterThanItSays_SaysSoAndMakesNothingUp(string name, int[] indices)
    {
        var path = Path.Combine(files.Root, name);
        var info = files.Probe.Read(path, CancellationToken.None) with { FrameCount = 40 };
        var error = Assert.Throws<MissingFramesException>(() => files.Decoder(32).Read(path, info, indices, CancellationToken.None));
        Assert.Contains("breaks off", error.Reason, StringComparison.Ordinal);
        Assert.Equal((false, false), (error.IsFinal, error.IsPassing));
    }

    [Theory]
    [InlineData("exec cat /dev/zero\n", "more than the 2 frames")]
    [InlineData("exec head -c 13824 /dev/zero\n", "more than the 2 frames")]
    [InlineData("exec head -c 5000 /dev/zero\n", "no whole frames")]
    [InlineData("exec head -c 4608 /dev/zero\n", "only 1 of 2 frames")]
    public void Read_AnotherNumberOfBytesThanAskedFor_IsNotTakenForFrames(string body, string reason)
    {
        var decoder = new VideoDecoder(
            files.Tools with { FFMpegPath = files.Script("other-bytes", body) }, 32, TimeSpan.FromSeconds(60));
        var error = Assert.ThrowsAny<VideoReadException>(
            () => decoder.Read(files.In("h264.mp4"), files.Info("h264.mp4"), [3, 4], CancellationToken.None));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.False(error.IsPassing);
    }

    [Theory]
    [InlineData("echo \"file:x: Input/output error\" >&2; exit 1\n")]
    [InlineData("kill -9 $$\n")]
    public void Read_ErrorThatSaysNothingOfTheFile_MayPass(string body)
    {
        var decoder = new VideoDecoder(files.Tools with { FFMpegPath = files.Script("passing", body) }, 32, TimeSpan.FromSeconds(60));
        var error = Assert.Throws<VideoReadException>(
            () => decoder.Read(files.In("h264.mp4"), files.Info("h264.mp4"), [3], CancellationToken.None));
        Assert.True(error.IsPassing);
    }

    [Fact]
    public void Read_NoFrame_ThrowsWithWhatFFMpegSaid()
    {
        var info = files.Info("h264.mp4");
        var error = Assert.ThrowsAny<VideoReadException>(
            () => files.Decoder(32).Read(files.Broken("text.mp4"), info, [0], CancellationToken.None));
        Assert.Contains("Invalid data", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("0x", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HangingProcess_IsEndedWithItsChildrenAtTheLimit()
    {
        var mark = files.Broken("hang.pid");
        var tools = files.Tools with { FFMpegPath = files.Script("hanging-ffmpeg", $"sleep 600 &\necho $! > '{mark}'\nwait\n") };
        var decoder = new VideoDecoder(tools, 32, TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();
        var info = files.Info("h264.mp4");
        var error = Assert.Throws<VideoReadException>(() => decoder.Read(files.In("h264.mp4"), info, [0], CancellationToken.None));
        Assert.Contains("longer than 1 s; allow more by data.file_timeout_seconds", error.Reason, StringComparison.Ordinal);
        Assert.True(error.IsPassing);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
        Assert.False(IsRunning(int.Parse(File.ReadAllText(mark), System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Read_ProcessInterruptedFromTheTerminal_IsRunAgain()
    {
        var mark = files.Broken("interrupted");
        var tools = files.Tools with
        {
            FFMpegPath = files.Script(
                "interrupted-ffmpeg", $"if [ ! -e '{mark}' ]; then touch '{mark}'; exit 255; fi\nexec '{files.Tools.FFMpegPath}' \"$@\"\n"),
        };
        var info = files.Info("h264.mp4");
        Assert.Equal(
            [4], Shown(
            new VideoDecoder(tools, 32, TimeSpan.FromSeconds(60)).Read(files.In("h264.mp4"), info, [4], CancellationToken.None)));
        Assert.True(File.Exists(mark));
    }

    [Fact]
    public void Read_Cancelled_ThrowsCancellation()
    {
        var info = files.Info("h264.mp4");
        Assert.ThrowsAny<OperationCanceledException>(
            () => files.Decoder(32).Read(files.In("h264.mp4"), info, [0], new CancellationToken(canceled: true)));
    }

    private static int[] Shown(SampledFrames clip) => [.. clip.Positions.Select(p => VideoFiles.FrameShown(clip.Frames[p]))];

    private static bool IsRunning(int id)
    {
        // An ended process that nobody has waited for yet still has a folder, in state Z.
        var status = $"/proc/{id}/stat";
        return File.Exists(status) && !File.ReadAllText(status).Contains(") Z", StringComparison.Ordinal);
    }

    private SampledFrames Read(string name, int[] indices, int shortSide)
    {
        var info = files.Info(name);
        return files.Decoder(shortSide).Read(files.In(name), info, indices, CancellationToken.None);
    }
}
