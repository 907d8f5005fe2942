using CsCheck;
using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Data;

public sealed class FrameSamplingTests
{
    [Fact]
    public void Random_AnyVideo_TakesOneFrameOfEachSegment() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Int[1, 64], Gen.ULong).Sample((frames, samples, seed) =>
        {
            var indices = FrameSampling.Random(frames, samples, new DeterministicRandom(seed));
            Assert.Equal(samples, indices.Length);
            for (var i = 0; i < samples; i++)
            {
                var start = (long)i * frames / samples;
                Assert.InRange(indices[i], start, Math.Max(start, ((i + 1L) * frames / samples) - 1));
                Assert.InRange(indices[i], 0, frames - 1);
            }
        });

    [Fact]
    public void Random_SameSeed_GivesTheSameFrames() =>
        Assert.Equal(FrameSampling.Random(300, 8, new DeterministicRandom(5)), FrameSampling.Random(300, 8, new DeterministicRandom(5)));

    [Fact]
    public void Random_ManySeeds_ReachesWholeSegments() =>
        Assert.Equal(
            Enumerable.Range(0, 12),
            Enumerable.Range(0, 200).SelectMany(s => FrameSampling.Random(12, 4, new DeterministicRandom((ulong)s))).Distinct().Order());

    [Fact]
    public void Middles_EvenSegments_AreTheirMiddles()
    {
        Assert.Equal([5, 15, 25, 35], FrameSampling.Middles(40, 4));
        Assert.Equal([0, 0, 1, 1], FrameSampling.Middles(2, 4));
    }

    [Fact]
    public void Shifted_Views_AreEvenlySpacedInTheirSegments()
    {
        Assert.Equal(FrameSampling.Middles(40, 4), FrameSampling.Shifted(40, 4, 0, 1));
        Assert.Equal([2, 12, 22, 32], FrameSampling.Shifted(40, 4, 0, 2));
        Assert.Equal([7, 17, 27, 37], FrameSampling.Shifted(40, 4, 1, 2));
    }

    [Fact]
    public void Dense_Parts_AreWindowsInTheirMiddles()
    {
        // Of 100 frames in two parts, windows of 4 frames at distance 4 span 13, around 25 and 75.
        Assert.Equal([19, 23, 27, 31], FrameSampling.Dense(100, 4, 4, 0, 2));
        Assert.Equal([69, 73, 77, 81], FrameSampling.Dense(100, 4, 4, 1, 2));
    }

    [Theory]
    [InlineData(100, 16, 4, 7, 8)]
    [InlineData(5, 4, 4, 0, 1)]
    [InlineData(1, 4, 2, 1, 3)]
    public void Dense_ShortOrLateWindow_StaysInTheVideo(int frames, int samples, int stride, int part, int parts)
    {
        var indices = FrameSampling.Dense(frames, samples, stride, part, parts);
        Assert.Equal(samples, indices.Length);
        Assert.All(indices, i => Assert.InRange(i, 0, frames - 1));
        Assert.Equal(indices.Order(), indices);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(8, 0)]
    public void Middles_NothingToSample_Throws(int frames, int samples) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameSampling.Middles(frames, samples));
}
