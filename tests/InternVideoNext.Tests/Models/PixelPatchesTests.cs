using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Models;

public sealed class PixelPatchesTests
{
    [Fact]
    public void Extract_Video_IsPixelUnshuffleOfEachFrame()
    {
        using var scope = NewDisposeScope();
        var video = randn([2, 3, 2, 8, 12], generator: new Generator(1));
        var patches = PixelPatches.Extract(video, 4);
        Assert.Equal([2, 12, 48], patches.shape);
        for (var t = 0; t < 2; t++)
        {
            var unshuffled = nn.functional.pixel_unshuffle(video.select(2, t), 4); // [B, 48, 2, 3]
            Assert.True(patches.narrow(1, 6 * t, 6).Equals(unshuffled.flatten(2).transpose(1, 2)));
        }
    }

    [Fact]
    public void Extract_ChosenTokens_EqualsGatheringFromAll()
    {
        using var scope = NewDisposeScope();
        var video = randn([3, 3, 4, 12, 8], generator: new Generator(2));
        var mask = new RandomMaskingConfig { Ratio = 0.6 }.Build(new TokenGrid(4, 3, 2)).Draw(3, null, new Generator(3))[0];
        var chosen = PixelPatches.Extract(video, 4, mask.Masked);
        var all = PixelPatches.Extract(video, 4);
        for (var clip = 0; clip < 3; clip++)
        {
            var count = mask.Masked.size(1);
            Assert.True(chosen.narrow(0, clip * count, count).Equals(all[clip].index_select(0, mask.Masked[clip])));
        }
    }

    [Fact]
    public void Assemble_ExtractedVideo_RoundTrips()
    {
        using var scope = NewDisposeScope();
        var video = randn([2, 3, 3, 8, 12], generator: new Generator(4));
        Assert.True(PixelPatches.Assemble(PixelPatches.Extract(video, 4), new TokenGrid(3, 2, 3), 4).Equals(video));
    }

    [Fact]
    public void ExtractAndAssemble_WrongShapes_ThrowNamingThem()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "[1, 3, 1, 9, 8]", Assert.Throws<ArgumentException>(() => PixelPatches.Extract(zeros([1, 3, 1, 9, 8]), 4)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "[1, 5, 48]", Assert.Throws<ArgumentException>(() => PixelPatches.Assemble(zeros(1, 5, 48), new TokenGrid(1, 2, 3), 4)).Message,
            StringComparison.Ordinal);
    }
}
