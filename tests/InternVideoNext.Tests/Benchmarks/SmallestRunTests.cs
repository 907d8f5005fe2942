using InternVideoNext.Benchmarks;
using InternVideoNext.Description;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Tests.Benchmarks;

public sealed class SmallestRunTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_Stage1_HasTheSameBlocksAndWaysOnLittle(string preset) => Compare(preset, stage: 1);

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_Stage2_HasTheSameBlocksAndWaysOnLittle(string preset) => Compare(preset, stage: 2);

    private static void Compare(string preset, int stage)
    {
        RunConfig run = stage == 1 ? Presets.Stage1(preset) : Presets.Stage2(preset);
        run = BenchmarkPlan.Complete(
            ConfigJson.Override(BenchmarkPlan.Complete(run), ["training.device=cpu", "training.precision=float32"]));
        var smallest = SmallestRun.Of(run);
        smallest.Validate();
        var (large, small) = (ModelDescription.Of(run), ModelDescription.Of(smallest));
        Assert.Equal(Blocks(large.Student), Blocks(small.Student));
        Assert.Equal(Blocks(large.Teacher!), Blocks(small.Teacher!));
        Assert.Equal(Ways(run), Ways(smallest));
        Assert.InRange(small.TrainingMultiplyAdds, 1, 3e8);
        Assert.Equal(1, smallest.Training.BatchSize);
    }

    private static List<(string Name, string Type, int Repeat)> Blocks(BlockDescription block) =>
        [(block.Name, block.Type, block.Repeat), .. block.Children.SelectMany(Blocks)];

    // The numbers of tokens in them aside.
    private static List<(string Work, string Way)> Ways(RunConfig config) =>
        [.. ComputePaths.Of(config).Select(p => (p.Work, p.Way.Split(',')[0]))];
}
