using InternVideoNext.Data.Shapes;

namespace InternVideoNext.Tests.Data.Shapes;

public sealed class ShapesLabelTests
{
    private const int Clips = 16384;

    private static readonly Dictionary<ShapesTask, ShapesClip[]> Worlds = Enum.GetValues<ShapesTask>().ToDictionary(task => task, Make);

    [Theory]
    [InlineData(ShapesTask.Motion, 4)]
    [InlineData(ShapesTask.Mechanisms, 8)]
    public void Labels_OfManyClips_AreUniformAndIndependent(ShapesTask task, int motions)
    {
        // 4 shapes x 4 backdrops x so many motions: equally likely cells.
        var cells = Worlds[task].Select(c => ((((int)c.Shape * 4) + (int)c.Backdrop) * motions) + (int)c.Phases[0]);
        AssertUniform(cells, 16 * motions);
    }

    [Theory]
    [InlineData(ShapesTask.Motion, 4, 0)]
    [InlineData(ShapesTask.Motion, 4, 1)]
    [InlineData(ShapesTask.Motion, 4, 3)]
    [InlineData(ShapesTask.Mechanisms, 8, 0)]
    [InlineData(ShapesTask.Mechanisms, 8, 3)]
    [InlineData(ShapesTask.Mechanisms, 8, 7)]
    public void Pose_AtAnyFrame_IsUniformWhateverTheMotion(ShapesTask task, int frames, int frame)
    {
        var time = ShapesClipSource.SegmentMiddles(frames)[frame];
        var motions = task == ShapesTask.Motion ? 4 : 8;
        var poses = Worlds[task].Select(clip => (Motion: (int)clip.Phases[0], Pose: clip.PoseAt(time))).ToArray();
        // Position and angle together: 4 x 4 x 4 cells for each of the motions.
        AssertUniform(poses.Select(p => (p.Motion * 64) + (Bin(p.Pose.X) * 16) + (Bin(p.Pose.Y) * 4) + Bin(p.Pose.Angle)), 64 * motions);

        static int Bin(float value) => (int)(value * 4);
    }

    [Fact]
    public void Steps_OfManyClips_AreUniformPairsOfDifferentMotions()
    {
        var clips = Worlds[ShapesTask.Steps];
        AssertUniform(clips.Select(clip => ShapesWorld.LabelsOf(clip)["steps"]), 12);
        Assert.All(clips.Take(1000), clip => Assert.NotEqual(clip.Phases[0], clip.Phases[1]));
        var names = new ShapesWorldConfig { Task = ShapesTask.Steps }.Build(1).Labels["steps"];
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.All(clips.Take(100), clip => Assert.Equal(
            $"{clip.Phases[0]}_then_{clip.Phases[1]}", names[ShapesWorld.LabelsOf(clip)["steps"]], ignoreCase: true));
        Assert.Equal(4, clips.Select(clip => clip.Phases[0]).Distinct().Count());
    }

    [Fact]
    public void Labels_OfTheMotionWorld_AreNamed()
    {
        var world = new ShapesWorldConfig().Build(1);
        Assert.Equal(["appearance", "motion"], world.Labels.Keys.Order());
        Assert.Equal("disk_on_columns", world.Labels["appearance"][0]);
        Assert.Equal("bar_on_checks", world.Labels["appearance"][15]);
        Assert.Equal(["right", "left", "down", "up"], world.Labels["motion"]);
    }

    [Fact]
    public void Labels_OfTheMechanismsWorld_AreNamed()
    {
        var world = new ShapesWorldConfig { Task = ShapesTask.Mechanisms }.Build(1);
        Assert.Equal(["appearance", "motion"], world.Labels.Keys.Order());
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
