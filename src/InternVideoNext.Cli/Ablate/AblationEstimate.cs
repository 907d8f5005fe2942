using InternVideoNext.Ablations;
using InternVideoNext.Description;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;

namespace InternVideoNext.Cli.Ablate;

/// <summary>
/// How long a plan takes: a few real steps of each stage are timed, and every run is counted by its multiply-adds at their rate.
/// </summary>
internal sealed class AblationEstimate
{
    private const int TrialSteps = 4;
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(4); // a worker's start and its probes' arithmetic

    private readonly Dictionary<AblationRun, TimeSpan> _runs = [];

    public static async Task<AblationEstimate> MeasureAsync(
        AblationPlan plan, IReadOnlyList<AblationRun> missing, CancellationToken cancellation)
    {
        var estimate = new AblationEstimate();
        var rates = new Dictionary<Type, double>();
        foreach (var run in missing)
        {
            if (run.Config is null)
            {
                estimate._runs[run] = Start;
                continue;
            }
            var like = run.Config is Stage2Config ? typeof(Stage2Config) : typeof(Stage1Config);
            if (!rates.TryGetValue(like, out var rate)) rates[like] = rate = await RateAsync(plan, Trial(plan, like, run), cancellation)
                .ConfigureAwait(false);
            var work = ModelDescription.Of(run.Config).TrainingMultiplyAdds * run.Config.Training.ClipsPerStep * run.Config.Training.Steps;
            estimate._runs[run] = Start + TimeSpan.FromSeconds(work / rate);
        }
        return estimate;
    }

    public TimeSpan Of(AblationRun run) => _runs.GetValueOrDefault(run, Start);

    public TimeSpan Sum(IEnumerable<AblationRun> runs) => runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + Of(run));

    /// <summary>
    /// How long runs take, several at a time: their sum shared out, but no less than the longest chain of runs that start from one another.
    /// </summary>
    /// <param name="runs">What is to be done.</param>
    /// <param name="jobs">Runs at a time.</param>
    /// <param name="left">What is left of one of them.</param>
    public static TimeSpan Span(IReadOnlyCollection<AblationRun> runs, int jobs, Func<AblationRun, TimeSpan> left)
    {
        if (runs.Count == 0) return TimeSpan.Zero;
        var shared = runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + left(run)) / jobs;
        var longest = runs.Max(Chain);
        return longest > shared ? longest : shared;

        TimeSpan Chain(AblationRun run) => left(run) + (run.Start is { } start && runs.Contains(start) ? Chain(start) : TimeSpan.Zero);
    }

    private static RunConfig Trial(AblationPlan plan, Type like, AblationRun run)
    {
        var config = like == typeof(Stage2Config)
            ? plan.Settings.Stage2(run.Seed) with { PredictorStart = PredictorStart.Fresh }
            : (RunConfig)plan.Settings.Stage1(run.Seed);
        return config with
        {
            Training = config.Training with
            {
                Steps = TrialSteps,
                WarmupSteps = 0,
                LogEvery = 1,
                CheckpointEvery = 0,
                HealthEvery = 0
            }
        };
    }

    // Multiply-adds a second of the last steps.
    private static async Task<double> RateAsync(AblationPlan plan, RunConfig config, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("ivnext-trial-");
        try
        {
            using var stage = StageFactory.Create(config);
            var run = new RunFolder(folder.FullName);
            var clips = plan.Data.Open(AblationPart.Training, config.Data, config.Training.Seed);
            await new Trainer(config, stage, clips.Source, run).RunAsync(progress: null, cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            var steps = MetricsFile.Read(run.MetricsFile);
            return ModelDescription.Of(config).TrainingMultiplyAdds * steps.TakeLast(TrialSteps / 2).Average(s => s.ClipsPerSecond);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
