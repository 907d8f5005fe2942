using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoProbeTests(VideoFiles files)
{
    [Theory]
    [InlineData("h264.mp4", 96, 64, 24, "h264")]
    [InlineData("vp9.webm", 52, 34, 24, "vp9")]
    [InlineData("mpeg4.avi", 63, 47, 24, "mpeg4")]
    [InlineData("one.mp4", 96, 64, 1, "h264")]
    [InlineData("vertical.mp4", 64, 96, 12, "h264")]
    [InlineData("raw.h264", 96, 64, 24, "h264")]
    [InlineData("-dash.mp4", 64, 64, 24, "h264")]
    [InlineData("it's a \"clip\": 100 %d.mp4", 96, 64, 24, "h264")]
    public void Read_SoundFile_TellsItsShownSizeAndFrames(string name, int width, int height, int frames, string codec)
    {
        var info = files.Info(name);
        Assert.Equal((width, height, frames, codec), (info.Width, info.Height, info.FrameCount, info.Codec));
    }

    [Fact]
    public void Read_VariableRate_CountsFramesOfTheAverageRate()
    {
        var info = files.Info("vfr.mp4");
        Assert.InRange(info.FrameCount, 15, 17);
        Assert.InRange(info.DurationSeconds, 0.85, 1.05);
    }

    [Theory]
    [InlineData("zero.mp4", "empty")]
    [InlineData("text.mp4", "Invalid data")]
    [InlineData("truncated.mp4", "moov atom not found")]
    [InlineData("audio.mp4", "no video stream")]
    [InlineData("playlist.mp4", "not on whitelist")]
    [InlineData("concat.mp4", "not on whitelist")]
    [InlineData("missing.mp4", "no such file")]
    public void Read_BrokenFile_ThrowsWithTheReason(string name, string reason)
    {
        var error = Assert.Throws<VideoReadException>(() => files.Probe.Read(files.Broken(name), CancellationToken.None));
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.EndsWith(name, error.Path, StringComparison.Ordinal);
        Assert.True(error.IsFinal);
    }

    [Fact]
    public void Read_Folder_Throws() =>
        Assert.Contains(
            "folder", Assert.Throws<VideoReadException>(() => files.Probe.Read(files.Good, CancellationToken.None)).Reason,
            StringComparison.Ordinal);

    [Fact]
    public void Read_NamedPipe_ThrowsWithoutOpeningIt()
    {
        var pipe = files.Broken("pipe.mp4");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [pipe])) make.WaitForExit();
        Assert.Contains(
            "pipe", Assert.Throws<VideoReadException>(() => files.Probe.Read(pipe, CancellationToken.None)).Reason,
            StringComparison.Ordinal);
        File.Delete(pipe);
    }

    [Theory]
    [InlineData("http://localhost:9/x.mp4")]
    [InlineData("concat:a.mp4|b.mp4")]
    [InlineData("pipe:0")]
    public void Read_NameOfAProtocol_IsAFileThatIsMissing(string name) =>
        Assert.Contains(
            "no such file", Assert.Throws<VideoReadException>(() => files.Probe.Read(name, CancellationToken.None)).Reason,
            StringComparison.Ordinal);

    [Fact]
    public void Read_FFProbeMissing_SaysHowToInstallIt()
    {
        var probe = new VideoProbe(files.Tools with { FFProbePath = files.Broken("no-ffprobe") }, TimeSpan.FromSeconds(5));
        var error = Assert.Throws<FFMpegMissingException>(() => probe.Read(files.In("h264.mp4"), CancellationToken.None));
        Assert.Contains(FFMpegTools.InstallCommand, error.Message, StringComparison.Ordinal);
    }
}
