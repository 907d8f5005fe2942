using InternVideoNext.Data.Shapes;
using InternVideoNext.Modules;

namespace InternVideoNext.Tests.Data.Shapes;

/// <summary>Which cells of a clip show some of its actor.</summary>
public sealed class CoveredCellsTests
{
    private static readonly double[] Times = [0.125, 0.875];

    [Theory]
    [InlineData(ShapesTask.Motion, 32, 4, 4)]
    [InlineData(ShapesTask.Motion, 32, 8, 4)]
    [InlineData(ShapesTask.Motion, 48, 7, 16)]
    [InlineData(ShapesTask.Mechanisms, 32, 8, 8)]
    public void CoveredCells_ClipsWithoutNoise_AreThoseWhosePixelsShowTheActor(ShapesTask task, int size, int rows, int columns)
    {
        var world = new ShapesWorldConfig { Task = task, Noise = 0 }.Build(3);
        var grid = new TokenGrid(2, rows, columns);
        var (neither, one) = (new List<int>(), new List<int>());
        for (var index = 0; index < 200; index++)
        {
            var clip = world.Clip(ShapesSplit.Train, index);
            var covered = clip.CoveredCells(size, Times, grid);
            var changes = Changes(clip, size, grid);
            for (var cell = 0; cell < grid.TokensPerFrame; cell++)
            {
                var (first, second) = (covered[cell], covered[grid.TokensPerFrame + cell]);
                if (!first && !second) neither.Add(changes[cell]);
                if (first != second) one.Add(changes[cell]);
            }
        }
        // Where nothing shows, no pixel changes by more than a twentieth; where something does, by about as much at least, or by half
        // of it under a textured actor, which is darker.
        Assert.InRange(neither.Max(), 0, 255 / 20);
        Assert.InRange(one.Min(), task == ShapesTask.Motion ? 10 : 5, 255);
        Assert.True(neither.Count > 1000 && one.Count > 1000, $"{neither.Count} cells show nothing, {one.Count} something once");
    }

    [Fact]
    public void CoveredCells_OfADisk_HoldItsCentreAndNoneThatIsFar()
    {
        var world = new ShapesWorldConfig().Build(3);
        var grid = new TokenGrid(2, 8, 8);
        var (disks, overTheEdge) = (0, 0);
        for (var index = 0; index < 200; index++)
        {
            var clip = world.Clip(ShapesSplit.Train, index);
            if (clip.Shape != ActorShape.Disk) continue;
            disks++;
            var covered = clip.CoveredCells(32, Times, grid);
            for (var frame = 0; frame < 2; frame++)
            {
                var place = clip.PlaceAt(Times[frame]);
                Assert.True(covered[At(frame, place.X, place.Y)]);
                // The smallest radius is 0.9 * 0.9 * 7.5 / 32, the largest 0.9 * 1.1 * 7.5 / 32 and a soft pixel.
                foreach (var (dx, dy) in new[] { (1, 0), (-1, 0), (0, 1), (0, -1) })
                {
                    Assert.True(covered[At(frame, place.X + (0.18f * dx), place.Y + (0.18f * dy))]);
                    if (place.X + (0.18f * dx) is < 0 or > 1) overTheEdge++;
                }
                for (var cell = 0; cell < 64; cell++)
                    if (double.Hypot(Apart(place.X, cell % 8), Apart(place.Y, cell / 8)) > (0.9 * 1.1 * 7.5 / 32) + (1.0 / 32))
                        Assert.False(covered[(frame * 64) + cell]);
            }
        }
        Assert.True(disks > 20 && overTheEdge > 10, $"{disks} disks, {overTheEdge} over the edge");

        static int At(int frame, float x, float y) =>
            (frame * 64) + ((int)((y - MathF.Floor(y)) * 8) * 8) + (int)((x - MathF.Floor(x)) * 8);

        // From a place on the unit circle to an eighth of it.
        static double Apart(float place, int part)
        {
            var apart = Math.Abs(place - ((part + 0.5) / 8));
            return Math.Max(0, Math.Min(apart, 1 - apart) - (0.5 / 8));
        }
    }

    [Fact]
    public void CoveredCells_ByManyThreads_AreTheSame()
    {
        var world = new ShapesWorldConfig().Build(3);
        var serial = Enumerable.Range(0, 32).Select(Covered).ToArray();
        var parallel = new bool[32][];
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i => parallel[31 - i] = Covered(31 - i));
        Assert.Equal(serial, parallel);

        bool[] Covered(int index) => world.Clip(ShapesSplit.Test, index).CoveredCells(32, Times, new TokenGrid(2, 4, 4));
    }

    [Theory]
    [InlineData(15, 0.5, 1)]
    [InlineData(32, 1.5, 1)]
    [InlineData(32, 0.5, 2)]
    public void CoveredCells_WrongSizeTimeOrFrames_Throws(int size, double time, int frames) =>
        Assert.ThrowsAny<ArgumentException>(() =>
            new ShapesWorldConfig().Build(1).Clip(ShapesSplit.Train, 0).CoveredCells(size, [time], new TokenGrid(frames, 4, 4)));

    // By how much a cell's pixels differ at most between the two times, in levels of 255.
    private static int[] Changes(ShapesClip clip, int size, TokenGrid grid)
    {
        var rgb = new byte[2 * size * size * 3];
        clip.Render(size, Times, rgb);
        var changes = new int[grid.TokensPerFrame];
        for (var row = 0; row < size; row++)
            for (var column = 0; column < size; column++)
                for (var channel = 0; channel < 3; channel++)
                {
                    var at = (((row * size) + column) * 3) + channel;
                    var cell = (row * grid.Height / size * grid.Width) + (column * grid.Width / size);
                    changes[cell] = Math.Max(changes[cell], Math.Abs(rgb[at] - rgb[(rgb.Length / 2) + at]));
                }
        return changes;
    }
}
