using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class VideoGroupDecoderTests(VideoFiles files)
{
    [Fact]
    public void ReadAll_SeveralFiles_GivesTheSingleDecodersBytes()
    {
        var decoder = files.Decoder(32);
        var info = files.Info("h264.mp4");
        var copy = Path.Combine(files.Root, "second 'copy'.mp4");
        File.Copy(files.In("h264.mp4"), copy, overwrite: true);
        var alone = decoder.ReadAll(files.In("h264.mp4"), info, CancellationToken.None).Frames.Pixels;

        var group = Group(decoder).ReadAll([(files.In("h264.mp4"), info), (copy, info)], CancellationToken.None);

        Assert.NotNull(group);
        Assert.All(group, decoded => Assert.Equal(alone, decoded.Frames.Pixels));
    }

    [Fact]
    public void ReadAll_OneFileShorterThanItsIndexSays_GivesNothing()
    {
        var decoder = files.Decoder(32);
        var info = files.Info("h264.mp4");
        var group = Group(decoder).ReadAll([(files.In("h264.mp4"), info), (files.In("h264.mp4"), info with { FrameCount = info.FrameCount + 1 })], CancellationToken.None);
        Assert.Null(group);
    }

    [Fact]
    public void ReadAll_OneFileBroken_GivesNothing()
    {
        var decoder = files.Decoder(32);
        var info = files.Info("h264.mp4");
        Assert.Null(Group(decoder).ReadAll([(files.In("h264.mp4"), info), (files.Broken("text.mp4"), info)], CancellationToken.None));
    }

    private static VideoGroupDecoder Group(VideoDecoder decoder) => new(FFMpegTools.Locate(), decoder, TimeSpan.FromSeconds(30));
}
