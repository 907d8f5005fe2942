using CsCheck;
using InternVideoNext.Data;
using InternVideoNext.Randomness;

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
        Assert.Equal(Enumerable.Range(0, 12), Enumerable.Range(0, 200).SelectMany(s => FrameSampling.Random(12, 4, new DeterministicRandom((ulong)s))).Distinct().Order());

    [Fact]
    public void Middles_EvenSegments_AreTheirMiddles()
    {
        Assert.Equal([5, 15, 25, 35], FrameSampling.Middles(40, 4));
        Assert.Equal([0, 0, 1, 1], FrameSampling.Middles(2, 4));
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(8, 0)]
    public void Middles_NothingToSample_Throws(int frames, int samples) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameSampling.Middles(frames, samples));
}
