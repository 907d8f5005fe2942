using System.IO.Hashing;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Tests.Interactive;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesWorldTests
{
    private static readonly double[] Times = ShapesClipSource.SegmentMiddles(8);

    [Theory]
    [InlineData(ShapesTask.Motion, "B4C464B859854BCC")]
    [InlineData(ShapesTask.Mechanisms, "1196DAAC10B20595")]
    [InlineData(ShapesTask.Steps, "A2B55744165711E3")]
    public void Render_GivenSeed_GivesTheSameBytesOnEveryMachine(ShapesTask task, string expected)
    {
        var hash = new XxHash64();
        for (var index = 0; index < 40; index++) hash.Append(Render(new ShapesWorldConfig { Task = task }.Build(7), index));
        Assert.Equal(expected, Convert.ToHexString(hash.GetCurrentHash()));
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
        clip.Render(32, ShapesClipSource.SegmentMiddles(24), all);
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
    public void Render_WithoutNoise_ShowsTheSameBackdropInEveryFrame()
    {
        var clip = new ShapesWorldConfig { Noise = 0 }.Build(3).Clip(ShapesSplit.Train, 0);
        var rgb = Render(clip);
        var picture = rgb.Length / 8;
        var still = Enumerable.Range(0, picture).Count(i => Enumerable.Range(1, 7).All(t => rgb[(t * picture) + i] == rgb[i]));
        Assert.InRange(still, picture / 4, picture - 1);
    }

    [Theory]
    [InlineData(ShapesTask.Motion, ActorMotion.Right, 1, 0, 0)]
    [InlineData(ShapesTask.Motion, ActorMotion.Left, -1, 0, 0)]
    [InlineData(ShapesTask.Motion, ActorMotion.Down, 0, 1, 0)]
    [InlineData(ShapesTask.Motion, ActorMotion.Up, 0, -1, 0)]
    [InlineData(ShapesTask.Mechanisms, ActorMotion.Right, 1, 0, 0)]
    [InlineData(ShapesTask.Mechanisms, ActorMotion.Up, 0, -1, 0)]
    [InlineData(ShapesTask.Mechanisms, ActorMotion.SpinClockwise, 0, 0, 1)]
    [InlineData(ShapesTask.Mechanisms, ActorMotion.SpinCounterclockwise, 0, 0, -1)]
    public void PoseAt_OverAShortTime_MovesAsItsLabelSays(ShapesTask task, ActorMotion motion, int x, int y, int turn)
    {
        var clip = FirstOf(task, motion);
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
        var clip = FirstOf(ShapesTask.Mechanisms, motion);
        var (a, b, c) = (clip.PoseAt(0.4), clip.PoseAt(0.5), clip.PoseAt(0.6));
        var cross = (Step(a.X, b.X) * Step(b.Y, c.Y)) - (Step(a.Y, b.Y) * Step(b.X, c.X));
        Assert.Equal(sign, Math.Sign(cross)); // clockwise on the screen, where y points downwards
    }

    [Theory]
    [InlineData(ActorMotion.Right, ActorMotion.Left, 0.5, 0)]
    [InlineData(ActorMotion.Down, ActorMotion.Up, 0, 0.5)]
    public void Path_ReversedFromTheOtherEnd_ShowsTheSameSetOfPoses(ActorMotion motion, ActorMotion reverse, double endX, double endY)
    {
        for (var seed = 1ul; seed <= 50; seed++)
        {
            // One start for both, which the reverse has half a picture further on.
            var there = Poses(motion, seed, 0, 0).ToList();
            var back = Poses(reverse, seed, endX, endY).Reverse().ToList();
            Assert.All(there.Zip(back), pair =>
            {
                Assert.InRange(Math.Abs(Step(pair.First.X, pair.Second.X)), 0, 1e-5);
                Assert.InRange(Math.Abs(Step(pair.First.Y, pair.Second.Y)), 0, 1e-5);
                Assert.Equal(pair.First.Angle, pair.Second.Angle);
            });
        }

        static IEnumerable<ShapesPose> Poses(ActorMotion motion, ulong seed, double x, double y)
        {
            var path = new ShapesPath([motion], new DeterministicRandom(seed));
            return ShapesClipSource.SegmentMiddles(4).Select(time => path.At((float)time))
                .Select(pose => pose with { X = pose.X + (float)x, Y = pose.Y + (float)y });
        }
    }

    [Theory]
    [InlineData(ActorMotion.Right, 1, 0)]
    [InlineData(ActorMotion.Left, -1, 0)]
    [InlineData(ActorMotion.Down, 0, 1)]
    [InlineData(ActorMotion.Up, 0, -1)]
    public void PlaceAt_EveryPairOfFourFrames_IsLessThanHalfTheTorusApartTheRightWay(ActorMotion motion, int x, int y)
    {
        var clip = FirstOf(ShapesTask.Motion, motion);
        var places = ShapesClipSource.SegmentMiddles(4).Select(clip.PlaceAt).ToArray();
        for (var first = 0; first < 4; first++)
            for (var second = first + 1; second < 4; second++)
            {
                // On the torus a step of more than a half would be seen as a shorter one backwards.
                Assert.Equal(0.125 * x * (second - first), Step(places[first].X, places[second].X), 1e-5);
                Assert.Equal(0.125 * y * (second - first), Step(places[first].Y, places[second].Y), 1e-5);
            }
    }

    [Fact]
    public void Paint_ActorsAndBackdrops_AreBrightAndDark()
    {
        var spread = new ShapesWorldConfig().Spread;
        for (var seed = 1ul; seed <= 200; seed++)
        {
            var (shape, pattern) = ((ActorShape)(seed % 4), (BackdropPattern)(seed / 4 % 4));
            var actor = new ShapesActor(shape, spread, textured: false, new DeterministicRandom(seed));
            var (black, white, backdrop) = (new float[32 * 32 * 3], new float[32 * 32 * 3], new float[32 * 32 * 3]);
            Array.Fill(white, 1);
            actor.Paint(32, new ShapesPose(0.5f, 0.5f, 0.1f), black);
            actor.Paint(32, new ShapesPose(0.5f, 0.5f, 0.1f), white);
            // What is behind a pixel that is covered altogether leaves no trace in it.
            var covered = black.Zip(white).Where(pixel => pixel.Second - pixel.First < 1e-3).Select(pixel => pixel.First).ToList();
            Assert.InRange(covered.Count, 3 * 20, black.Length);
            Assert.True(covered.Average() > 0.7, $"{shape} of seed {seed}: {covered.Average()}");
            new ShapesBackdrop(pattern, spread, new DeterministicRandom(seed)).Paint(32, backdrop);
            Assert.True(backdrop.Average() < 0.35, $"{pattern} of seed {seed}: {backdrop.Average()}");
        }
    }

    [Theory]
    [InlineData(15, 1)]
    [InlineData(32, 2)]
    public void Render_WrongSizeOrBuffer_Throws(int size, int pictures) =>
        Assert.ThrowsAny<ArgumentException>(() =>
            new ShapesWorldConfig().Build(1).Clip(ShapesSplit.Train, 0).Render(size, [0.5], new byte[pictures * size * size * 3]));

    [Theory]
    [InlineData(-0.1, 0.1, "Noise")]
    [InlineData(0.1, 1.1, "Spread")]
    [InlineData(0.1, -0.1, "Spread")]
    public void Build_SettingOutOfRange_NamesIt(double noise, double spread, string field)
    {
        var error = Assert.Throws<ArgumentException>(() => new ShapesWorldConfig { Noise = noise, Spread = spread }.Build(1));
        Assert.Contains($"ShapesWorldConfig.{field} is", error.Message, StringComparison.Ordinal);
    }

    private static ShapesClip FirstOf(ShapesTask task, ActorMotion motion)
    {
        var world = new ShapesWorldConfig { Task = task }.Build(11);
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
