using CsCheck;
using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Data;

public sealed class ClipAugmentationTests
{
    private static readonly double[] Scales = [1, 0.875, 0.75, 0.66];

    [Fact]
    public void Random_AnyFrame_StaysInsideWithScalesAtMostOneStepApart() =>
        Gen.Select(Gen.Int[1, 400], Gen.Int[1, 400], Gen.ULong).Sample((width, height, seed) =>
        {
            var window = ClipAugmentation.Random(width, height, Scales, 0.5, new DeterministicRandom(seed));
            Assert.InRange(window.Left, 0, width - window.Width);
            Assert.InRange(window.Top, 0, height - window.Height);
            var sides = Scales.Select(s => Math.Max(1, (int)Math.Round(Math.Min(width, height) * s))).ToArray();
            Assert.Contains(
                Enumerable.Range(0, 4),
                i => Enumerable.Range(0, 4).Any(j => Math.Abs(i - j) <= 1 && sides[i] == window.Width && sides[j] == window.Height));
        });

    [Fact]
    public void Random_ManySeeds_FlipsAndScalesAsAsked()
    {
        var windows = Enumerable.Range(0, 4000)
            .Select(s => ClipAugmentation.Random(200, 100, Scales, 0.25, new DeterministicRandom((ulong)s * 77))).ToList();
        Assert.InRange(windows.Count(w => w.Flipped) / 4000.0, 0.22, 0.28);
        Assert.Equal([66, 75, 88, 100], windows.Select(w => w.Width).Distinct().Order());
        Assert.Equal(windows[9], ClipAugmentation.Random(200, 100, Scales, 0.25, new DeterministicRandom(9 * 77)));
    }

    [Fact]
    public void Centre_AnyFrame_IsTheMiddleSquare()
    {
        Assert.Equal(new CropWindow(20, 0, 60, 60, false), ClipAugmentation.Centre(100, 60));
        Assert.Equal(new CropWindow(0, 3, 5, 5, false), ClipAugmentation.Centre(5, 11));
    }

    [Fact]
    public void Along_ThreeCrops_AreBothEndsAndTheMiddle()
    {
        Assert.Equal([0, 40, 80], Enumerable.Range(0, 3).Select(crop => ClipAugmentation.Along(180, 100, crop, 3).Left));
        Assert.Equal([0, 40, 80], Enumerable.Range(0, 3).Select(crop => ClipAugmentation.Along(100, 180, crop, 3).Top));
        Assert.Equal(ClipAugmentation.Centre(181, 100), ClipAugmentation.Along(181, 100, 0, 1));
    }
}
