using System.IO.Hashing;
using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesWorldTests
{
    private static readonly double[] Times = ShapesClipSource.SegmentTimes(8, null);

    [Fact]
    public void Render_GivenSeed_GivesTheSameBytesOnEveryMachine()
    {
        var hash = new XxHash64();
        for (var index = 0; index < 40; index++) hash.Append(Render(new ShapesWorldConfig().Build(7), index));
        Assert.Equal("FDF7C894904931AF", Convert.ToHexString(hash.GetCurrentHash()));
    }

    [Fact]
    public void Render_ByManyThreadsInAnyOrder_GivesTheSameBytes()
    {
        var world = new ShapesWorldConfig().Build(3);
        var serial = Enumerable.Range(0, 32).Select(index => Render(world, index)).ToArray();
        var parallel = new byte[32][];
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => parallel[31 - i] = Render(world, 31 - i));
        Assert.Equal(serial, parallel);
    }

    [Fact]
    public void Render_OneTimeOrMany_GivesTheSamePicture()
    {
        var clip = new ShapesWorldConfig().Build(3).Clip(ShapesSplit.Test, 5);
        var (one, all) = (new byte[32 * 32 * 3], new byte[24 * 32 * 32 * 3]);
        // Frame 7 of 24 is the middle of segment 2 of 8.
        clip.Render(32, [Times[2]], one);
        clip.Render(32, ShapesClipSource.SegmentTimes(24, null), all);
        Assert.Equal(one, all.AsSpan(7 * one.Length, one.Length));
    }

    [Fact]
    public void Clip_OfAnotherSeedSplitOrIndex_IsAnother()
    {
        var (world, other) = (new ShapesWorldConfig().Build(3), new ShapesWorldConfig().Build(4));
        var renderings = new[]
        {
            world.Clip(ShapesSplit.Train, 0), world.Clip(ShapesSplit.Train, 1), world.Clip(ShapesSplit.Validation, 0),
            world.Clip(ShapesSplit.Test, 0), other.Clip(ShapesSplit.Train, 0),
        }.Select(clip => Convert.ToBase64String(Render(clip)));
        Assert.Equal(5, renderings.Distinct().Count());
    }

    [Fact]
    public void Render_WithoutNoiseAndFlicker_ShowsTheSameBackdropInEveryFrame()
    {
        var clip = new ShapesWorldConfig { Noise = 0, Flicker = 0 }.Build(3).Clip(ShapesSplit.Train, 0);
        var rgb = Render(clip);
        var picture = rgb.Length / 8;
        var still = Enumerable.Range(0, picture).Count(i => Enumerable.Range(1, 7).All(t => rgb[(t * picture) + i] == rgb[i]));
        Assert.InRange(still, picture / 4, picture - 1);
    }

    [Theory]
    [InlineData(ActorMotion.Right, 1, 0, 0)]
    [InlineData(ActorMotion.Left, -1, 0, 0)]
    [InlineData(ActorMotion.Down, 0, 1, 0)]
    [InlineData(ActorMotion.Up, 0, -1, 0)]
    [InlineData(ActorMotion.SpinClockwise, 0, 0, 1)]
    [InlineData(ActorMotion.SpinCounterclockwise, 0, 0, -1)]
    public void PoseAt_OverAShortTime_MovesAsItsLabelSays(ActorMotion motion, int x, int y, int turn)
    {
        var clip = FirstOf(motion);
        var (before, after) = (clip.PoseAt(0.5), clip.PoseAt(0.6));
        Assert.Equal(x, Direction(before.X, after.X, 0.02));
        Assert.Equal(y, Direction(before.Y, after.Y, 0.02));
        Assert.Equal(turn, Direction(before.Angle, after.Angle, 0.035));
    }

    [Theory]
    [InlineData(ActorMotion.OrbitClockwise, 1)]
    [InlineData(ActorMotion.OrbitCounterclockwise, -1)]
    public void PoseAt_OnAnOrbit_TurnsItsDirection(ActorMotion motion, int sign)
    {
        var clip = FirstOf(motion);
        var (a, b, c) = (clip.PoseAt(0.4), clip.PoseAt(0.5), clip.PoseAt(0.6));
        var cross = (Step(a.X, b.X) * Step(b.Y, c.Y)) - (Step(a.Y, b.Y) * Step(b.X, c.X));
        Assert.Equal(sign, Math.Sign(cross)); // clockwise on the screen, where y points downwards
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(32, 2)]
    public void Render_WrongSizeOrBuffer_Throws(int size, int pictures) =>
        Assert.ThrowsAny<ArgumentException>(() =>
            new ShapesWorldConfig().Build(1).Clip(ShapesSplit.Train, 0).Render(size, [0.5], new byte[pictures * size * size * 3]));

    [Theory]
    [InlineData(-0.1, 0.1, "Noise")]
    [InlineData(0.1, 0.7, "Flicker")]
    public void Build_SettingOutOfRange_NamesIt(double noise, double flicker, string field)
    {
        var error = Assert.Throws<ArgumentException>(() => new ShapesWorldConfig { Noise = noise, Flicker = flicker }.Build(1));
        Assert.Contains($"ShapesWorldConfig.{field} is", error.Message, StringComparison.Ordinal);
    }

    private static ShapesClip FirstOf(ActorMotion motion)
    {
        var world = new ShapesWorldConfig().Build(11);
        return Enumerable.Range(0, 200).Select(i => world.Clip(ShapesSplit.Train, i)).First(clip => clip.Phases[0] == motion);
    }

    private static double Step(float from, float to) => to - from - Math.Round(to - from);

    private static int Direction(float from, float to, double threshold) =>
        Math.Abs(Step(from, to)) < threshold ? 0 : Math.Sign(Step(from, to));

    private static byte[] Render(ShapesWorld world, int index) => Render(world.Clip(ShapesSplit.Train, index));

    private static byte[] Render(ShapesClip clip)
    {
        var rgb = new byte[8 * 32 * 32 * 3];
        clip.Render(32, Times, rgb);
        return rgb;
    }
}
