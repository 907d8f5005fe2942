using InternVideoNext.Interactive;

namespace InternVideoNext.Tests.Interactive;

public sealed class PictureTests
{
    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(7, 5, 3)]
    [InlineData(64, 33, 3)]
    [InlineData(13, 9, 4)]
    public void ToPng_RandomPixels_DecodesToTheSame(int width, int height, int channels)
    {
        var pixels = Clips.Bytes(1, height, width * channels)[..(width * height * channels)];
        if (channels == 4)
            for (var i = 3; i < pixels.Length; i += 4) pixels[i] = 255;
        AssertSame(pixels, channels, Fragments.Decode(new Picture(width, height, pixels).ToPng()));
    }

    [Fact]
    public void ToPng_Gradient_IsSmallAndExact()
    {
        var pixels = new byte[128 * 128 * 3];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)((i / 3 % 128) + (i / 384));
        var png = new Picture(128, 128, pixels).ToPng();
        AssertSame(pixels, 3, Fragments.Decode(png));
        Assert.InRange(png.Length, 60, 2000);
    }

    [Fact]
    public void ToPng_TransparentPixels_StayTransparent()
    {
        var decoded = Fragments.Decode(new Picture(2, 1, [10, 20, 30, 255, 0, 0, 0, 0]).ToPng());
        Assert.Equal((10, 20, 30, 255), decoded[0, 0]);
        Assert.Equal(0, decoded[0, 1].A);
    }

    [Fact]
    public void Constructor_WrongNumberOfBytes_NamesBothPossibilities()
    {
        var error = Assert.Throws<ArgumentException>(() => new Picture(4, 4, new byte[47]));
        Assert.Contains("48 (RGB) or 64 (RGBA)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromFrame_NormalisedFrame_GivesItsBytesBack()
    {
        var bytes = Clips.Bytes(1, 6, 5);
        using var clip = Clips.Normalise(bytes, 1, 6, 5);
        using var frame = clip.select(1, 0);
        Assert.Equal(bytes, Picture.FromFrame(frame).Pixels.ToArray());
    }

    [Fact]
    public void Enlarge_ByThree_RepeatsPixels()
    {
        var picture = new Picture(2, 1, [1, 2, 3, 4, 5, 6]).Enlarge(3);
        var decoded = Fragments.Decode(picture.ToPng());
        Assert.Equal((6, 3), (decoded.Width, decoded.Height));
        Assert.Equal((1, 2, 3, 255), decoded[2, 2]);
        Assert.Equal((4, 5, 6, 255), decoded[0, 3]);
    }

    [Fact]
    public void Save_OverAnOlderFile_ReplacesItAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "deeper", "a picture.png");
        var picture = new Picture(1, 1, [9, 8, 7]);
        picture.Save(path);
        picture.Enlarge(2).Save(path);
        Assert.Equal(2, Fragments.Decode(File.ReadAllBytes(path)).Width);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void ToHtml_HostileAlt_IsEscaped()
    {
        var image = Fragments.Parse(new Picture(1, 1, [9, 8, 7]) { Alt = "\"><script>&\0" }).All("img").Single();
        Assert.Equal("\"><script>&\uFFFD", image.Get("alt"));
    }

    private static void AssertSame(byte[] pixels, int channels, Pixels decoded)
    {
        var expected = pixels.Chunk(channels).Select(pixel => (pixel[0], pixel[1], pixel[2]));
        var actual = decoded.Rgba.Chunk(4).Select(pixel => (pixel[0], pixel[1], pixel[2]));
        Assert.Equal(expected, actual);
    }
}
