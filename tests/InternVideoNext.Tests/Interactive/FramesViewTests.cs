using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

public sealed class FramesViewTests
{
    private static readonly TokenGrid Grid = new(4, 2, 2);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ClipStrip_SmallFrames_DrawsEveryPixelOfEveryFrame(int frames)
    {
        var bytes = Clips.Bytes(frames, 8, 8);
        using var clip = Clips.Normalise(bytes, frames, 8, 8);
        var strip = Fragments.Images(new ClipStrip(clip)).Single();
        Assert.Equal(((frames * 9) - 1, 8), (strip.Width, strip.Height)); // a transparent column between frames
        for (var t = 0; t < frames; t++)
            for (var y = 0; y < 8; y++)
                for (var x = 0; x < 8; x++)
                    Assert.Equal((bytes[At(t, y, x)], bytes[At(t, y, x) + 1], bytes[At(t, y, x) + 2], 255), strip[y, (t * 9) + x]);
        if (frames > 1) Assert.Equal(0, strip[0, 8].A);
    }

    [Fact]
    public void ClipStrip_EightFramesOf32Pixels_StaysSmall()
    {
        using var clip = torch.linspace(-1, 1, 3 * 8 * 32 * 32).view(3, 8, 32, 32);
        Assert.InRange(new ClipStrip(clip).ToHtml().Length, 500, 16_000);
    }

    [Fact]
    public void ClipStrip_MoreFramesThanShown_PicksFirstToLastAndSaysWhich()
    {
        using var clip = Clips.Random(16, 4, 4);
        var view = new ClipStrip(clip) { MaxFrames = 4, Caption = "A clip." };
        Assert.Contains("Frames 0, 5, 10, 15 of 0 to 15.", Fragments.Parse(view).Value, StringComparison.Ordinal);
        Assert.Equal((4 * 5) - 1, Fragments.Images(view).Single().Width);
    }

    [Fact]
    public void ClipStrip_LargeFrames_AreShrunkToBlockMeans()
    {
        using var clip = Clips.Normalise([.. Enumerable.Range(0, 2 * 2).SelectMany(i => new byte[] { (byte)(i * 10), 0, 200 })], 1, 2, 2);
        var strip = Fragments.Images(new ClipStrip(clip) { MaxFrameSize = 1 }).Single();
        Assert.Equal((1, 1), (strip.Width, strip.Height));
        Assert.Equal((15, 0, 200, 255), strip[0, 0]);
    }

    [Fact]
    public void ClipStrip_ClipDisposedAndNotFinite_StillDrawsAndLeavesTheTensorAsItWas()
    {
        using var clip = torch.full(3, 1, 4, 4, float.NaN);
        using var before = clip.clone();
        var view = new ClipStrip(clip);
        Assert.True(torch.allclose(before, clip, equal_nan: true));
        clip.Dispose();
        Assert.Equal((0, 0, 0, 255), Fragments.Images(view).Single()[0, 0] with { R = 0, G = 0, B = 0 });
    }

    [Theory]
    [InlineData(new long[] { 2, 3, 4, 8, 8 })]
    [InlineData(new long[] { 1, 4, 8, 8 })]
    [InlineData(new long[] { 3, 0, 8, 8 })]
    public void ClipStrip_NotOneClip_SaysWhatIsExpected(long[] shape)
    {
        using var clip = torch.zeros(shape);
        Assert.Contains("[3, T, H, W]", Assert.Throws<ArgumentException>(() => new ClipStrip(clip)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MaskStyle.Dim)]
    [InlineData(MaskStyle.Hide)]
    public void MaskStrip_RandomMask_ChangesExactlyTheMaskedPatches(MaskStyle style)
    {
        var bytes = Clips.Bytes(4, 8, 8);
        foreach (ref var value in bytes.AsSpan()) value = (byte)(value % 2 == 0 ? 20 : 250); // far from every shade of the mask
        using var clip = Clips.Normalise(bytes, 4, 8, 8);
        var masked = Clips.Bytes(1, 1, Grid.Tokens).Take(Grid.Tokens).Select(value => value % 2 == 0).ToArray();
        using var mask = torch.tensor(masked);
        var strip = Fragments.Images(new MaskStrip(clip, mask, Grid) { Style = style }).Single();
        for (var t = 0; t < 4; t++)
        {
            for (var y = 0; y < 8; y++)
            {
                for (var x = 0; x < 8; x++)
                {
                    var token = (t * 4) + (y / 4 * 2) + (x / 4);
                    var (red, green, blue, _) = strip[y, (t * 9) + x];
                    var changed = red != bytes[At(t, y, x)] && green != bytes[At(t, y, x) + 1] && blue != bytes[At(t, y, x) + 2];
                    var same = red == bytes[At(t, y, x)] && green == bytes[At(t, y, x) + 1] && blue == bytes[At(t, y, x) + 2];
                    Assert.True(masked[token] ? changed : same, $"token {token}, pixel ({t}, {y}, {x})");
                }
            }
        }
    }

    [Fact]
    public void MaskStrip_TubeletsOfTwoFrames_MaskBothFrames()
    {
        using var clip = Clips.Random(8, 4, 4);
        using var mask = torch.zeros(Grid.Tokens, dtype: torch.@bool);
        mask[4] = true; // the first patch of the second token frame: frames 2 and 3
        var strip = Fragments.Images(new MaskStrip(clip, mask, Grid) { Style = MaskStyle.Hide }).Single();
        var hidden = Enumerable.Range(0, 8).Where(t => strip[1, (t * 5) + 1] == (128, 128, 128, 255));
        Assert.Equal([2, 3], hidden);
    }

    [Fact]
    public void MaskStrip_SeveralPolicies_DrawsARowForEach()
    {
        using var clip = Clips.Random(4, 4, 4);
        using var none = torch.zeros(Grid.Tokens, dtype: torch.@bool);
        using var all = torch.ones(Grid.Tokens, dtype: torch.@bool);
        var view = new MaskStrip(clip, [("none", none), ("<all>", all)], Grid);
        Assert.Equal(2, Fragments.Images(view).Count);
        Assert.Contains("none: 0; <all>: 16 of 16 tokens are masked.", Fragments.Parse(view).Value, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MaskStrip(clip, [], Grid));
    }

    [Fact]
    public void MaskStrip_WrongMaskOrGrid_SaysWhatIsExpected()
    {
        using var clip = Clips.Random(4, 8, 8);
        using var numbers = torch.zeros(Grid.Tokens);
        using var batch = torch.zeros(1, Grid.Tokens, dtype: torch.@bool);
        using var good = torch.zeros(Grid.Tokens, dtype: torch.@bool);
        using var odd = torch.zeros(36, dtype: torch.@bool);
        Assert.Contains(
            "Bool [16]", Assert.Throws<ArgumentException>(() => new MaskStrip(clip, numbers, Grid)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new MaskStrip(clip, batch, Grid));
        Assert.Contains(
            "4 x 3 x 3", Assert.Throws<ArgumentException>(() => new MaskStrip(clip, odd, new TokenGrid(4, 3, 3))).Message,
            StringComparison.Ordinal);
        Assert.Contains("0 of 16", new MaskStrip(clip, good, Grid).ToHtml(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ReconstructionView_ThirdRow_TakesMaskedPatchesFromTheReconstruction(bool keepVisible)
    {
        byte[] first = Clips.Bytes(4, 4, 4), second = Clips.Bytes(4, 4, 4, seed: 2);
        using var original = Clips.Normalise(first, 4, 4, 4);
        using var reconstruction = Clips.Normalise(second, 4, 4, 4);
        using var mask = torch.zeros(Grid.Tokens, dtype: torch.@bool);
        mask[0] = true;
        var rows = Fragments.Images(new ReconstructionView(original, reconstruction, mask, Grid) { KeepVisible = keepVisible });
        Assert.Equal(3, rows.Count);
        Assert.Equal(first[0], rows[0][0, 0].R);
        Assert.Equal((128, 128, 128, 255), rows[1][0, 0]);
        Assert.Equal(first[6], rows[1][0, 2].R);
        Assert.Equal(second[0], rows[2][0, 0].R);
        Assert.Equal(keepVisible ? first[6] : second[6], rows[2][0, 2].R);
    }

    [Fact]
    public void SaliencyStrip_OneSalientToken_IsTheBrightest()
    {
        using var clip = Clips.Normalise(Enumerable.Repeat((byte)100, 4 * 4 * 4 * 3).ToArray(), 4, 4, 4);
        using var saliency = torch.zeros(4, 4);
        saliency[1, 3] = 0.5f;
        saliency[0, 0] = float.NaN;
        var strip = Fragments.Images(new SaliencyStrip(clip, saliency, Grid)).Single();
        var bright = strip[3, 5 + 3];
        Assert.All(new[] { strip[0, 5], strip[3, 3], strip[3, 13] }, other => Assert.True(other.R < bright.R && other.G < bright.G));
        Assert.Equal((100, 100, 100, 255), strip[0, 0]); // not finite: plain grey
    }

    [Fact]
    public void FeatureMap_TwoGroupsOfTokens_GetTwoColours()
    {
        using var generator = new torch.Generator(1);
        using var centres = torch.randn(2, 32, generator: generator);
        using var noise = torch.randn(Grid.Tokens, 32, generator: generator);
        using var index = torch.tensor(Enumerable.Range(0, Grid.Tokens).Select(i => (long)(i % 2)).ToArray());
        using var features = (centres.index_select(0, index) * 10) + noise;
        var image = Fragments.Images(new FeatureMap(features, Grid)).Single(); // a pixel per token
        var reds = Enumerable.Range(0, 4)
            .SelectMany(t => new[] { (image[0, t * 3].R, image[0, (t * 3) + 1].R), (image[1, t * 3].R, image[1, (t * 3) + 1].R) }).ToList();
        Assert.True(reds.All(pair => pair.Item1 > pair.Item2 + 100) || reds.All(pair => pair.Item2 > pair.Item1 + 100));
    }

    [Theory]
    [InlineData(16, 3)]
    [InlineData(16, 40)]
    [InlineData(16, 1)]
    public void FeatureMap_NarrowOrWideFeatures_ExplainAllVarianceOfThreeOrLess(int tokens, int width)
    {
        using var generator = new torch.Generator(1);
        using var thin = torch.randn(tokens, 1, generator: generator);
        using var features = thin.matmul(torch.ones(1, width)); // rank one
        Assert.Contains("100\u00a0%", new FeatureMap(features, Grid).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void FeatureMap_ConstantFeaturesWithAClip_DrawsGreyUnderTheClip()
    {
        using var clip = Clips.Random(4, 4, 4);
        using var features = torch.ones(4, 4, 8);
        var rows = Fragments.Images(new FeatureMap(features, Grid, clip));
        Assert.Equal((128, 128, 128, 255), rows[1][0, 0]);
        Assert.Throws<ArgumentException>(() => new FeatureMap(torch.ones(20, 8), Grid)); // class tokens left in
    }

    [Fact]
    public void ToPicture_ThreeRows_StacksThem()
    {
        using var clip = Clips.Random(4, 4, 4);
        using var mask = torch.zeros(Grid.Tokens, dtype: torch.@bool);
        var picture = new ReconstructionView(clip, clip, mask, Grid).ToPicture();
        Assert.Equal((19, 14), (picture.Width, picture.Height));
    }

    // Index of a pixel's first byte in clips of 8 x 8 pixels.
    private static int At(int t, int y, int x) => ((((t * 8) + y) * 8) + x) * 3;
}
