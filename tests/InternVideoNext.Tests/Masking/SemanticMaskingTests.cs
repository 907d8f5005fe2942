using CsCheck;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

public sealed class SemanticMaskingTests
{
    [Fact]
    public void FromOrder_ReferenceOrder_GivesTheReferenceMask()
    {
        using var scope = NewDisposeScope();
        using var reference = ReferenceFile.Open("stage1");
        var order = reference["input.sample_order"];
        var expected = reference["input.mask"].to(@bool);
        var frames = reference.Size("frames");
        var side = reference.Size("image_size") / reference.Size("patch_size");
        var config = new SemanticMaskingConfig { Ratio = reference.Info.GetProperty("mask_ratio").GetDouble() };
        var mask = config.Build(new TokenGrid(frames, side, side)).FromOrder((int)expected.size(0), order);
        Assert.True(mask.ToBoolean().Equals(expected));
    }

    [Fact]
    public void Draw_AnyConfiguration_PartitionsEveryFrameByTheRatio() =>
        (from batch in Gen.Int[1, 3]
         from frames in Gen.Int[1, 4]
         from height in Gen.Int[2, 5]
         from width in Gen.Int[2, 5]
         from ratio in Gen.Double[0.3, 0.9]
         from selection in Gen.Enum<SaliencySelection>()
         from keep in Gen.Enum<SaliencyKeep>()
         from seed in Gen.ULong
         select (batch, grid: new TokenGrid(frames, height, width), ratio, selection, keep, seed)).Sample(c =>
        {
            using var scope = NewDisposeScope();
            var generator = new Generator(c.seed);
            var saliency = rand(c.batch * c.grid.Frames, c.grid.TokensPerFrame, generator: generator);
            var config = new SemanticMaskingConfig { Ratio = c.ratio, Selection = c.selection, Keep = c.keep };
            var mask = Assert.Single(config.Build(c.grid).Draw(c.batch, saliency, generator));
            var perFrame = c.grid.TokensPerFrame - (int)Math.Floor(c.ratio * c.grid.TokensPerFrame);
            foreach (var row in MaskAssert.IsPartition(mask, c.batch, c.grid))
                Assert.All(row.GroupBy(token => token / c.grid.TokensPerFrame), frame => Assert.Equal(perFrame, frame.Count()));
        }, iter: 60);

    [Theory]
    [InlineData(SaliencyKeep.Salient, new long[] { 1, 3, 5, 6 })]
    [InlineData(SaliencyKeep.Background, new long[] { 0, 2, 4, 7 })]
    public void Draw_TopK_IsExact(SaliencyKeep keep, long[] visible)
    {
        using var scope = NewDisposeScope();
        var saliency = tensor(new[] { 0.1f, 0.9f, 0.3f, 0.4f, 0.2f, 0.5f, 0.6f, 0.3f }).reshape(2, 4);
        var policy = new SemanticMaskingConfig { Ratio = 0.5, Selection = SaliencySelection.TopK, Keep = keep }.Build(
            new TokenGrid(2, 2, 2));
        Assert.Equal(visible, policy.Draw(1, saliency, new Generator(1))[0].Visible.data<long>().ToArray());
    }

    [Fact]
    public void Draw_TopKOfEqualSaliency_TakesTheFirst()
    {
        using var scope = NewDisposeScope();
        var policy = new SemanticMaskingConfig { Selection = SaliencySelection.TopK }.Build(new TokenGrid(1, 4, 4));
        Assert.Equal([0L, 1, 2, 3], policy.Draw(1, ones(1, 16), new Generator(1))[0].Visible.data<long>().ToArray());
    }

    [Fact]
    public void Draw_OneVisibleToken_ComesInProportionToSaliency()
    {
        // 6 tokens, 5 masked: the visible one is the first drawn.
        using var scope = NewDisposeScope();
        const int Frames = 20000;
        double[] weights = [0, 1, 2, 3, 4, 10];
        var saliency = tensor(weights.Select(w => (float)w).ToArray()).unsqueeze(0).expand(Frames, 6);
        var policy = new SemanticMaskingConfig { Ratio = 0.84 }.Build(new TokenGrid(Frames, 2, 3));
        var visible = policy.Draw(1, saliency, new Generator(5))[0].Visible.data<long>().Select(token => token % 6).ToList();
        Assert.DoesNotContain(0, visible);
        var chiSquared = Enumerable.Range(1, 5).Sum(token =>
        {
            var expected = Frames * weights[token] / 20.0;
            return Math.Pow(visible.Count(v => v == token) - expected, 2) / expected;
        });
        Assert.InRange(chiSquared, 0, 25); // P(more) about 5e-5 at 4 degrees of freedom
    }

    [Fact]
    public void Draw_SecondOfTwo_IsDrawnWithoutReplacement()
    {
        // Weights 1, 2, 3: P(third token among the first two) = 1 - P(it is last) = 1 - (1/6)(2/5) - (2/6)(1/4) = 0.85.
        using var scope = NewDisposeScope();
        const int Frames = 20000;
        var saliency = tensor(new[] { 1f, 2f, 3f }).unsqueeze(0).expand(Frames, 3);
        var policy = new SemanticMaskingConfig { Ratio = 0.34 }.Build(new TokenGrid(Frames, 1, 3));
        var visible = policy.Draw(1, saliency, new Generator(6))[0].Visible.data<long>();
        Assert.InRange(visible.Count(token => token % 3 == 2) / (double)Frames, 0.84, 0.86);
    }

    [Fact]
    public void Draw_BackgroundKept_HidesTheSalient()
    {
        using var scope = NewDisposeScope();
        var saliency = cat([ones(2000, 8), ones(2000, 8) * 20], 1);
        var policy = new SemanticMaskingConfig { Ratio = 0.5, Keep = SaliencyKeep.Background }.Build(new TokenGrid(2000, 4, 4));
        var mask = policy.Draw(1, saliency, new Generator(7))[0];
        Assert.InRange(mask.Masked.data<long>().Count(token => token % 16 >= 8) / 16000.0, 0.75, 1.0);
    }

    [Fact]
    public void Draw_Seed_DecidesAlone()
    {
        using var scope = NewDisposeScope();
        MaskAssert.DependsOnSeedAlone(new SemanticMaskingConfig().Build(new TokenGrid(2, 4, 4)), 2, ones(4, 16));
    }

    [Fact]
    public void Draw_SaliencyMissingOrMisshaped_ThrowsClearly()
    {
        using var scope = NewDisposeScope();
        var policy = new SemanticMaskingConfig().Build(new TokenGrid(2, 4, 4));
        Assert.Throws<ArgumentNullException>(() => policy.Draw(2, null, new Generator(1)));
        var error = Assert.Throws<ArgumentException>(() => policy.Draw(2, ones(2, 16), new Generator(1)));
        Assert.Contains("[4, 16]", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    [InlineData(1.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void Build_RatioLeavesNothing_ThrowsNamingTheField(double ratio)
    {
        var error = Assert.Throws<ConfigurationException>(() => new SemanticMaskingConfig { Ratio = ratio }.Build(new TokenGrid(2, 4, 4)));
        Assert.Contains("masking.ratio", error.Message, StringComparison.Ordinal);
    }
}
