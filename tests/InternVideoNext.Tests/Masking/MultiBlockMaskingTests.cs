using CsCheck;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

public sealed class MultiBlockMaskingTests(ITestOutputHelper console)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Draw_ReleasedSettings_StatisticsAgreeWithReference(int setting)
    {
        const int Steps = 400;
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("misc");
        var grid = new TokenGrid(8, 16, 16);
        var policy = new MultiBlockMaskingConfig { Trim = VisibleTrim.Released }.Build(grid);
        var generator = new Generator(2);
        var counts = Enumerable.Range(0, Steps).Select(_ => (double)policy.Draw(4, null, generator)[setting].Visible.size(1)).ToArray();

        var expectedCounts = reference[$"multiblock.{setting}.visible_counts"];
        AssertSameMean("visible tokens", counts, [.. expectedCounts.select(1, 0).data<long>().Select(n => (double)n)]);
        var fractions = reference[$"multiblock.{setting}.masked_fraction_per_step"].data<float>().Select(f => (double)f);
        AssertSameMean("masked fraction", [.. counts.Select(n => 1 - (n / grid.Tokens))], [.. fractions]);
    }

    [Fact]
    public void Draw_ReferenceExample_IsAMaskThisPolicyCouldHaveMade()
    {
        // The released trim: every frame shows the same positions, until the allowance is spent.
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("misc");
        var policy = new MultiBlockMaskingConfig { Trim = VisibleTrim.Released }.Build(new TokenGrid(8, 16, 16));
        for (var setting = 0; setting < 2; setting++)
        {
            var example = reference[$"multiblock.{setting}.example"].eq(1);
            AssertPrefixOfTubes(MaskAssert.Rows(TokenMask.FromBoolean(example, example[0].eq(false).sum().item<long>()).Visible));
            AssertPrefixOfTubes(MaskAssert.Rows(policy.Draw(4, null, new Generator(3))[setting].Visible));
        }
    }

    [Fact]
    public void Draw_AnyGrid_PartitionsWithEqualCounts() =>
        (from batch in Gen.Int[1, 4]
         from frames in Gen.Int[1, 5]
         from height in Gen.Int[1, 9]
         from width in Gen.Int[2, 9]
         from trim in Gen.Enum<VisibleTrim>()
         from count in Gen.Int[1, 12]
         from scale in Gen.Double[0.01, 1.0]
         from maxKeep in Gen.Int[1, 40]
         from seed in Gen.ULong
         select (batch, grid: new TokenGrid(frames, height, width), trim, count, scale, maxKeep, seed)).Sample(c =>
        {
            using var scope = NewDisposeScope();
            var config = new MultiBlockMaskingConfig
            {
                Blocks = [new(c.count, c.scale), new(2, 0.7)],
                MaxKeep = c.maxKeep,
                Trim = c.trim,
            };
            var masks = config.Build(c.grid).Draw(c.batch, null, new Generator(c.seed));
            Assert.Equal(2, masks.Count);
            foreach (var mask in masks)
                Assert.All(MaskAssert.IsPartition(mask, c.batch, c.grid), row => Assert.InRange(row.Length, 1, c.maxKeep));
        }, iter: 150);

    [Fact]
    public void Draw_DefaultTrim_LateFramesKeepTheirShare()
    {
        using var scope = NewDisposeScope();
        var grid = new TokenGrid(8, 16, 16);
        Assert.InRange(LastFrameShare(new MultiBlockMaskingConfig()), 0.10, 0.15); // an eighth
        Assert.Equal(0, LastFrameShare(new MultiBlockMaskingConfig { Trim = VisibleTrim.Released }));

        double LastFrameShare(MultiBlockMaskingConfig config)
        {
            var visible = config.Build(grid).Draw(16, null, new Generator(9))[0].Visible.data<long>();
            return visible.Count(token => token >= 7 * grid.TokensPerFrame) / (double)visible.Count;
        }
    }

    [Theory]
    [InlineData(4, 200)]
    [InlineData(16, 800)]
    [InlineData(32, 1600)]
    public void Draw_SmallBlocks_KeepAtMostTheMethodsAllowance(int frames, int allowance)
    {
        using var scope = NewDisposeScope();
        var policy = new MultiBlockMaskingConfig { Blocks = [new(1, 0.01)] }.Build(new TokenGrid(frames, 16, 16));
        Assert.Equal(allowance, policy.Draw(2, null, new Generator(1))[0].Visible.size(1));
    }

    [Fact]
    public void Draw_Seed_DecidesAlone() =>
        MaskAssert.DependsOnSeedAlone(new MultiBlockMaskingConfig().Build(new TokenGrid(4, 8, 8)), 3);

    [Fact]
    public void Draw_Repeatedly_MovesTheGeneratorOn()
    {
        using var scope = NewDisposeScope();
        var policy = new MultiBlockMaskingConfig().Build(new TokenGrid(4, 8, 8));
        var generator = new Generator(1);
        var draws = Enumerable.Range(0, 5).Select(_ => string.Join(' ', policy.Draw(2, null, generator)[0].Visible.data<long>())).ToList();
        Assert.Equal(5, draws.Distinct().Count());
    }

    [Fact]
    public void DrawSize_AnyAspect_FollowsTheFormula()
    {
        var sampler = new BlockSampler(16, 16, 0.75, 1.5);
        var random = new DeterministicRandom(4);
        var sizes = Enumerable.Range(0, 2000).Select(_ => sampler.DrawSize(0.15, random)).ToList();
        // Area 38: height from round(sqrt(28.5)) = 5 to round(sqrt(57)) = 8, width from round(sqrt(25.3)) = 5 to round(sqrt(50.7)) = 7.
        Assert.Equal((5, 8), (sizes.Min(s => s.Height), sizes.Max(s => s.Height)));
        Assert.Equal((5, 7), (sizes.Min(s => s.Width), sizes.Max(s => s.Width)));
        Assert.Contains((6, 6), sizes);
    }

    [Theory]
    [InlineData(4, 4, 0.7, 2)]
    [InlineData(4, 4, 0.9, 50)]
    [InlineData(2, 2, 1.0, 9)]
    [InlineData(1, 2, 1.0, 9)]
    [InlineData(2, 1, 1.0, 9)]
    public void DrawVisible_BlocksThatCouldCoverTheFrame_LeaveAPosition(int height, int width, double scale, int count)
    {
        var sampler = new BlockSampler(height, width, 0.75, 1.5);
        var random = new DeterministicRandom(8);
        for (var i = 0; i < 200; i++)
        {
            var visible = sampler.DrawVisible(sampler.DrawSize(scale, random), count, random);
            Assert.InRange(visible.Length, 1, (height * width) - 1);
        }
    }

    [Fact]
    public void Build_SeveralErrors_ListsThemAll()
    {
        var config = new MultiBlockMaskingConfig { Blocks = [new(0, 0.5), new(1, 1.5)], AspectMin = 0, AspectMax = -1, MaxKeep = 0 };
        var message = Assert.Throws<ConfigurationException>(() => config.Build(new TokenGrid(1, 1, 1))).Message;
        Assert.All(
            ["blocks[0].count = 0", "blocks[1].scale = 1.5", "aspect_min = 0", "aspect_max = -1", "max_keep = 0", "no two positions"],
            part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    // Within 4 standard errors of the difference. All clips of a step share their count: one number per step.
    private void AssertSameMean(string what, double[] actual, double[] expected)
    {
        var error = Math.Sqrt((Variance(actual) / actual.Length) + (Variance(expected) / expected.Length));
        var distance = (actual.Average() - expected.Average()) / error;
        console.WriteLine($"{what}: {actual.Average():g5}, reference {expected.Average():g5}, {distance:f2} standard errors apart");
        Assert.InRange(distance, -4, 4);

        static double Variance(double[] values) => values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1);
    }

    private static void AssertPrefixOfTubes(long[][] rows)
    {
        foreach (var row in rows)
        {
            var frames = row.GroupBy(token => token / 256).Select(frame => frame.Select(token => token % 256).ToArray()).ToArray();
            for (var frame = 0; frame < frames.Length - 1; frame++) Assert.Equal(frames[0], frames[frame]);
            Assert.Equal(frames[0].Take(frames[^1].Length), frames[^1]);
            Assert.Equal(frames.Length - 1, row[^1] / 256);
        }
    }
}
