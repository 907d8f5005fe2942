using InternVideoNext.Benchmarks;
using InternVideoNext.Recipes;

namespace InternVideoNext.Tests.Benchmarks;

/// <summary>The smallest preset's steps, measured.</summary>
internal static class TinyBench
{
    public static RunConfig Config(int stage) => BenchmarkPlan.Complete(ConfigJson.Override(
        stage == 1 ? Presets.Stage1("tiny") : Presets.Stage2("tiny") with { PredictorStart = PredictorStart.Fresh },
            ["training.batch_size=2"]));

    public static BenchmarkResult Run(int stage, string timeline = "", bool withoutTeacher = false) =>
        new TrainingBenchmark(
            new BenchmarkPlan(Config(stage))
            { Steps = 2, WarmUp = 1, Profile = timeline.Length > 0, WithoutTeacher = withoutTeacher }, "the command").Run(timeline, null,
            CancellationToken.None);
}
