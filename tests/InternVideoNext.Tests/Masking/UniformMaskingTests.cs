using CsCheck;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Masking;

public sealed class UniformMaskingTests
{
    private static readonly Gen<(int Batch, TokenGrid Grid, double Ratio, ulong Seed)> Cases =
        from batch in Gen.Int[1, 3]
        from frames in Gen.Int[1, 4]
        from height in Gen.Int[2, 5]
        from width in Gen.Int[2, 5]
        from ratio in Gen.Double[0.3, 0.9]
        from seed in Gen.ULong
        select (batch, new TokenGrid(frames, height, width), ratio, seed);

    [Fact]
    public void RandomDraw_AnyGrid_PartitionsByTheRatio() => Cases.Sample(c =>
    {
        using var scope = NewDisposeScope();
        var mask = Assert.Single(new RandomMaskingConfig { Ratio = c.Ratio }.Build(c.Grid).Draw(c.Batch, null, new Generator(c.Seed)));
        var rows = MaskAssert.IsPartition(mask, c.Batch, c.Grid);
        Assert.All(rows, row => Assert.Equal(c.Grid.Tokens - (int)Math.Floor(c.Ratio * c.Grid.Tokens), row.Length));
    }, iter: 40);

    [Fact]
    public void TubeDraw_AnyGrid_IsTheSameInEveryFrame() => Cases.Sample(c =>
    {
        using var scope = NewDisposeScope();
        var mask = Assert.Single(new TubeMaskingConfig { Ratio = c.Ratio }.Build(c.Grid).Draw(c.Batch, null, new Generator(c.Seed)));
        var length = c.Grid.TokensPerFrame;
        foreach (var row in MaskAssert.IsPartition(mask, c.Batch, c.Grid))
        {
            var frames = row.GroupBy(token => token / length).Select(frame => frame.Select(token => token % length).ToArray()).ToArray();
            Assert.Equal(c.Grid.Frames, frames.Length);
            Assert.All(frames, frame => Assert.Equal(frames[0], frame));
            Assert.Equal(length - (int)Math.Floor(c.Ratio * length), frames[0].Length);
        }
    }, iter: 40);

    [Fact]
    public void RandomDraw_ManyClips_EveryTokenEquallyOften()
    {
        using var scope = NewDisposeScope();
        var mask = new RandomMaskingConfig().Build(new TokenGrid(2, 2, 4)).Draw(8000, null, new Generator(3))[0];
        var counts = mask.Visible.data<long>().CountBy(token => token).Select(pair => pair.Value);
        Assert.All(counts, count => Assert.InRange(count, 1800, 2200)); // 2000 expected, standard deviation 39
    }

    [Fact]
    public void Draw_Seed_DecidesAlone()
    {
        MaskAssert.DependsOnSeedAlone(new RandomMaskingConfig().Build(new TokenGrid(2, 4, 4)), 2);
        MaskAssert.DependsOnSeedAlone(new TubeMaskingConfig().Build(new TokenGrid(2, 4, 4)), 2);
    }

    [Fact]
    public void Build_RatioLeavesNothing_ThrowsNamingTheField()
    {
        var grid = new TokenGrid(1, 2, 2);
        Assert.Contains(
            "masking.ratio = 0.1", Assert.Throws<ConfigurationException>(() => new RandomMaskingConfig { Ratio = 0.1 }.Build(grid)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "masking.ratio = 1", Assert.Throws<ConfigurationException>(() => new TubeMaskingConfig { Ratio = 1 }.Build(grid)).Message,
            StringComparison.Ordinal);
    }
}
