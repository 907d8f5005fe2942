using System.Buffers.Binary;
using System.Globalization;
using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Small frames are shown as large as people need, and every pixel as wide as the others.</summary>
public sealed class MagnificationTests
{
    [Theory]
    [InlineData(1, 32, 8)] // a frame of 256
    [InlineData(4, 32, 8)] // 1048 in all
    [InlineData(8, 32, 4)] // 1052
    [InlineData(4, 64, 4)] // 1036
    [InlineData(2, 128, 1)]
    [InlineData(8, 128, 1)]
    public void ClipStrip_Frames_AreShownByAWholeFactor(int frames, int size, int factor)
    {
        using var clip = Clips.Random(frames, size, size);
        var view = new ClipStrip(clip);
        Assert.Equal(Fragments.Images(view).Single().Width * factor, Shown(view).Single());
        Assert.True(factor == 1 || Shown(view).Single() is > 250 and <= 1100);
        Assert.Equal(factor > 1, view.ToHtml().Contains("image-rendering:pixelated", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(32, 256)]
    [InlineData(64, 256)]
    [InlineData(100, 200)]
    [InlineData(224, 224)]
    public void ClipPlayer_Frame_IsShownAtAbout256Pixels(int size, int shown)
    {
        using var clip = Clips.Random(2, size, size);
        Assert.Equal(shown, Shown(new ClipPlayer(clip) { WithStrip = false }).Single());
    }

    [Fact]
    public void ToStaticBundle_SmallFrames_AreEnlargedInTheFileItself()
    {
        using var clip = Clips.Random(4, 32, 32);
        using var mask = torch.zeros(16, dtype: torch.@bool);
        using var saliency = torch.rand(16);
        var grid = new TokenGrid(4, 2, 2);
        HtmlView[] views =
        [
            new ClipStrip(clip), new ClipPlayer(clip), new MaskStrip(clip, mask, grid), new SaliencyStrip(clip, saliency, grid),
            new ReconstructionView(clip, clip, mask, grid),
        ];
        Assert.All(views, view =>
        {
            var png = Convert.FromBase64String(view.ToStaticBundle()["image/png"]);
            Assert.Equal(((4 * 33) - 1) * 8, BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)));
        });
    }

    [Fact]
    public void ReconstructionView_SeveralReconstructions_DrawsARowForEach()
    {
        var grid = new TokenGrid(4, 2, 2);
        using var original = Clips.Random(4, 4, 4);
        byte[] first = Clips.Bytes(4, 4, 4, seed: 2), second = Clips.Bytes(4, 4, 4, seed: 3);
        using var one = Clips.Normalise(first, 4, 4, 4);
        using var other = Clips.Normalise(second, 4, 4, 4);
        using var mask = torch.ones(grid.Tokens, dtype: torch.@bool);
        var view = new ReconstructionView(original, [("sample", one), ("<mean>", other)], mask, grid);
        var rows = Fragments.Images(view);
        Assert.Equal(4, rows.Count);
        Assert.Equal((first[0], second[0]), (rows[2][0, 0].R, rows[3][0, 0].R));
        Assert.StartsWith("Rows, from the top: Original; Masked input; sample; <mean>.", view.ToStaticCaption(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ReconstructionView(original, [], mask, grid));
        var error = Assert.Throws<ArgumentException>(() => new ReconstructionView(original, [("sample", original[.., ..2])], mask, grid));
        Assert.Contains("sample has shape [3, 2, 4, 4]", error.Message, StringComparison.Ordinal);
    }

    // Widths in CSS pixels.
    private static IEnumerable<int> Shown(HtmlView view) => Fragments.Parse(view).All("img")
        .Select(image => int.Parse(image.Get("style")!.Split("width:")[1].Split("px")[0], CultureInfo.InvariantCulture));
}
