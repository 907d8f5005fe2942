using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesLabelTests
{
    private const int Clips = 16384;

    private static readonly ShapesClip[] World = Make(ShapesTask.Motion);

    [Fact]
    public void Labels_OfManyClips_AreUniformAndIndependent()
    {
        // 4 shapes x 4 backdrops x 2 polarities x 8 motions = 256 equally likely cells.
        var cells = World.Select(c => (((((int)c.Shape * 4) + (int)c.Backdrop) * 2) + (c.Bright ? 1 : 0)) * 8 + (int)c.Phases[0]);
        AssertUniform(cells, 256);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    public void Pose_AtAnyFrame_IsUniformWhateverTheMotion(int frame)
    {
        var time = ShapesClipSource.SegmentTimes(8, null)[frame];
        var poses = World.Select(clip => (Motion: (int)clip.Phases[0], Pose: clip.PoseAt(time))).ToArray();
        // Position and angle together: 4 x 4 x 4 cells for each of the 8 motions.
        AssertUniform(poses.Select(p => (p.Motion * 64) + (Bin(p.Pose.X) * 16) + (Bin(p.Pose.Y) * 4) + Bin(p.Pose.Angle)), 512);

        static int Bin(float value) => (int)(value * 4);
    }

    [Fact]
    public void Steps_OfManyClips_AreUniformPairsOfDifferentMotions()
    {
        var clips = Make(ShapesTask.Steps);
        AssertUniform(clips.Select(clip => ShapesWorld.LabelsOf(clip)["steps"]), 12);
        Assert.All(clips.Take(1000), clip => Assert.NotEqual(clip.Phases[0], clip.Phases[1]));
        var names = new ShapesWorldConfig { Task = ShapesTask.Steps }.Build(1).Labels["steps"];
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(clips.Take(100), clip => Assert.Equal(
            $"{clip.Phases[0]}_then_{clip.Phases[1]}",
            names[ShapesWorld.LabelsOf(clip)["steps"]].Replace("orbit_clockwise", "OrbitClockwise", StringComparison.Ordinal)
                .Replace("spin_clockwise", "SpinClockwise", StringComparison.Ordinal)
                .Replace("right", "Right", StringComparison.Ordinal).Replace("down", "Down", StringComparison.Ordinal)));
    }

    [Fact]
    public void Labels_OfTheMotionWorld_AreNamed()
    {
        var world = new ShapesWorldConfig().Build(1);
        Assert.Equal(["appearance", "motion"], world.Labels.Keys.Order());
        Assert.Equal("disk_on_stripes", world.Labels["appearance"][0]);
        Assert.Equal("bar_on_cells", world.Labels["appearance"][15]);
        Assert.Equal(
            ["right", "left", "down", "up", "orbit_clockwise", "orbit_counterclockwise", "spin_clockwise", "spin_counterclockwise"],
            world.Labels["motion"]);
    }

    private static ShapesClip[] Make(ShapesTask task)
    {
        var world = new ShapesWorldConfig { Task = task }.Build(17);
        return [.. Enumerable.Range(0, Clips).Select(index => world.Clip(ShapesSplit.Train, index))];
    }

    // Pearson's chi-square: mean = degrees of freedom, variance = twice that; 4.5 standard deviations either way.
    private static void AssertUniform(IEnumerable<int> cells, int count)
    {
        var seen = new int[count];
        var total = 0;
        foreach (var cell in cells)
        {
            seen[cell]++;
            total++;
        }

        var expected = (double)total / count;
        var chiSquare = seen.Sum(n => (n - expected) * (n - expected) / expected);
        var (mean, spread) = (count - 1, 4.5 * Math.Sqrt(2 * (count - 1)));
        Assert.InRange(chiSquare, Math.Max(0, mean - spread), mean + spread);
    }
}
