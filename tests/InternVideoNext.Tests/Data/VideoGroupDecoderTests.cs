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
        var group = Group(decoder)
            .ReadAll(
            [(files.In("h264.mp4"), info), (files.In("h264.mp4"), info with { FrameCount = info.FrameCount + 1 })], CancellationToken.None);
        Assert.Null(group);
    }

    [Fact]
    public void ReadAll_OneFileBroken_GivesNothing()
    {
        var decoder = files.Decoder(32);
        var info = files.Info("h264.mp4");
        Assert.Null(Group(decoder).ReadAll([(files.In("h264.mp4"), info), (files.Broken("text.mp4"), info)], CancellationToken.None));
    }

    [Fact]
    public void Read_DifferentFilesOneDamaged_GivesTheOthersAsTheSingleDecoderDoes()
    {
        var decoder = files.Decoder(40);
        var broken = files.Broken("breaks-off.mp4");
        WantedFrames[] wanted =
        [
            new(files.In("h264.mp4"), files.Info("h264.mp4"), [0, 7, 7, 23]),
            new(files.In("vp9.webm"), files.Info("vp9.webm"), [5, 16]),
            new(broken, files.Probe.Read(broken, CancellationToken.None), [0, 8, 23]),
            new(files.In("vertical.mp4"), files.Info("vertical.mp4"), [3]),
            new(files.In("h264.mp4"), files.Info("h264.mp4") with { FrameCount = 40 }, [5, 39]),
            new(files.In("h264.mp4"), files.Info("h264.mp4"), [.. Enumerable.Range(0, 24)]),
        ];
        var given = new Dictionary<int, byte[]>();

        Group(decoder).Read(wanted, (i, frames) => given.Add(i, Pictures(frames)), CancellationToken.None);

        Assert.Equal([0, 1, 3, 5], given.Keys.Order());
        foreach (var (i, pictures) in given)
            Assert.Equal(Pictures(decoder.Read(wanted[i].Path, wanted[i].Info, wanted[i].Indices, CancellationToken.None)), pictures);
    }

    [Fact]
    public void Read_FileThatIsNoVideo_GivesNothingAndDoesNotThrow()
    {
        var given = 0;
        var info = files.Info("h264.mp4");
        Group(files.Decoder(40))
            .Read([new(files.In("h264.mp4"), info, [0]), new(files.Broken("text.mp4"), info, [0])], (_, _) => given++,
            CancellationToken.None);
        Assert.Equal(0, given);
    }

    private static byte[] Pictures(SampledFrames clip) => [.. clip.Positions.SelectMany(p => clip.Frames[p].ToArray())];

    private static VideoGroupDecoder Group(VideoDecoder decoder) => new(FFMpegTools.Locate(), decoder, TimeSpan.FromSeconds(30));
}
