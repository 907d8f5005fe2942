using InternVideoNext.Data;

namespace InternVideoNext.Tests.Data;

[Collection(VideoFilesGroup.Name)]
public sealed class FrameCacheTests(VideoFiles files)
{
    private const int FrameBytes = 48 * 32 * 3;

    [Theory]
    [InlineData(24 * FrameBytes, 1)]
    [InlineData((24 * FrameBytes) - 1, 0)]
    public void Read_WithinOrOverBudget_GivesTheDecodersBytes(long budget, int kept)
    {
        var decoder = files.Decoder(32);
        var cache = new FrameCache(decoder, budget);
        int[] indices = [2, 9, 9, 22];
        var expected = Pictures(decoder.Read(files.In("h264.mp4"), files.Info("h264.mp4"), indices, CancellationToken.None));
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(expected, Pictures(cache.Read(files.In("h264.mp4"), files.Info("h264.mp4"), indices, CancellationToken.None)));
        }
        Assert.Equal((kept, kept * budget), (cache.Count, cache.UsedBytes));
    }

    [Fact]
    public void Read_KeptVideo_StartsNoProcess()
    {
        var path = Path.Combine(files.Root, "kept.mp4");
        File.Copy(files.In("h264.mp4"), path, overwrite: true);
        var cache = new FrameCache(files.Decoder(32), 1 << 20);
        var first = cache.Read(path, files.Info("h264.mp4"), [3], CancellationToken.None);
        File.Delete(path);
        Assert.Same(first.Frames, cache.Read(path, files.Info("h264.mp4"), [5], CancellationToken.None).Frames);
    }

    [Fact]
    public void Read_BrokenVideo_FailsAsTheDecoderDoesAndKeepsNoRoom()
    {
        var cache = new FrameCache(files.Decoder(32), 1 << 20);
        Assert.Throws<VideoReadException>(() => cache.Read(files.Broken("text.mp4"), files.Info("h264.mp4"), [0], CancellationToken.None));
        Assert.Equal(0, cache.UsedBytes);
        var path = files.Broken("breaks-off.mp4");
        var info = files.Probe.Read(path, CancellationToken.None);
        for (var round = 0; round < 2; round++)
        {
            var error = Assert.Throws<MissingFramesException>(() => cache.Read(path, info, [0, 8, 23], CancellationToken.None));
            Assert.Equal((false, 1), (error.IsFinal, cache.Count));
            Assert.InRange(error.Decodes!.Value, 2, 23);
        }
        Assert.Equal([0, 1], cache.Read(path, info, [0, 1], CancellationToken.None).Positions);
    }

    private static byte[] Pictures(SampledFrames clip) => [.. clip.Positions.SelectMany(p => clip.Frames[p].ToArray())];
}
