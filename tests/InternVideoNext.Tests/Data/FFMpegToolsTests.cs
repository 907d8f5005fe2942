using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

public sealed class FFMpegToolsTests
{
    [Fact]
    public void Locate_InstalledTools_TellVersionAndDecoders()
    {
        var tools = FFMpegTools.Locate();
        Assert.Matches(@"\d", tools.Version());
        var decoders = tools.VideoDecoders();
        Assert.Contains("h264", decoders);
        Assert.Contains("vp9", decoders);
        Assert.DoesNotContain("aac", decoders);
    }

    [Fact]
    public void Locate_NothingOnPath_SaysHowToInstall()
    {
        var error = Assert.Throws<FFMpegMissingException>(() => FFMpegTools.Locate("/nonexistent"));
        Assert.Contains(FFMpegTools.InstallCommand, error.Message, StringComparison.Ordinal);
    }
}
