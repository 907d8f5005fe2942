using InternVideoNext.Benchmarks;
using InternVideoNext.Recipes;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Benchmarks;

[Collection(WholeProcessGroup.Name)] // measuring changes the number of threads for moments
public sealed class BenchmarkComparisonTests
{
    private static readonly BenchmarkResult Result = TinyBench.Run(2);

    [Fact]
    public void Of_SameWork_HasRatiosAndNoObstacle()
    {
        var faster = Result with
        {
            Throughput = Result.Throughput with
            {
                ClipsPerSecond = new Quartiles(
            1, 2 * Result.Throughput.ClipsPerSecond.Median, 3)
            }
        };
        var comparison = BenchmarkComparison.Of(faster, Result);
        Assert.Empty(comparison.Obstacles);
        Assert.Equal(2, comparison.Figures[0].Ratio!.Value, 1e-9);
        Assert.Contains(comparison.Figures, f => f.Name.Contains("backward", StringComparison.Ordinal) && f.Ratio == 1);
    }

    [Theory]
    [InlineData("training.precision=bfloat16", "training.precision")]
    [InlineData("training.batch_size=5", "training.batch_size")]
    [InlineData("model.encoder.depth=1", "model.encoder.depth")]
    public void Of_OtherConfiguration_NamesTheValue(string assignment, string path) =>
        Assert.Contains(
            path, Assert.Single(Obstacles(r => r with { Config = ConfigJson.Override(r.Config, [assignment]) })), StringComparison.Ordinal);

    [Theory]
    [InlineData("training.seed=5")]
    [InlineData("training.steps=9000")]
    public void Of_OtherValueThatNoTimeDependsOn_IsNoObstacle(string assignment) =>
        Assert.Empty(Obstacles(r => r with { Config = ConfigJson.Override(r.Config, [assignment]) }));

    [Fact]
    public void Of_OtherMachine_NamesWhatDiffers()
    {
        Assert.Contains(
            "processor", Assert.Single(Obstacles(r => r with { Machine = r.Machine with { Cores = 999 } })), StringComparison.Ordinal);
        Assert.Contains(
            "threads", Assert.Single(Obstacles(r => r with { Machine = r.Machine with { Threads = 999 } })), StringComparison.Ordinal);
        Assert.Contains(
            "device", Assert.Single(Obstacles(r => r with { Machine = r.Machine with { Device = "card" } })), StringComparison.Ordinal);
        Assert.Empty(Obstacles(r => r with { Machine = r.Machine with { Torch = "other" } }));
    }

    [Fact]
    public void Of_OtherStage_SaysSo() =>
        Assert.Contains("stage", Assert.Single(Obstacles(r => r with { Config = TinyBench.Config(1) })), StringComparison.Ordinal);

    [Fact]
    public void Of_OtherNumberOfParameters_NamesThePart()
    {
        var counts = Result.Parameters.ToDictionary(p => p.Key, p => p.Value);
        counts["predictor"]++;
        Assert.Contains("predictor", Assert.Single(Obstacles(r => r with { Parameters = counts })), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Obstacles(Func<BenchmarkResult, BenchmarkResult> change) =>
        BenchmarkComparison.Of(Result, change(Result)).Obstacles;
}
