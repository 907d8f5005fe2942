using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using TorchSharp;

namespace InternVideoNext.Ablations;

/// <summary>
/// Runs what a plan asks for, one run at a time: trains (or resumes), probes, and writes <c>result.json</c> into the run's
/// folder, by which a finished run is known. Several runners, in processes of their own, may work on different runs of one folder.
/// </summary>
/// <param name="plan">The runs.</param>
/// <param name="folder">Where everything is written; runs lie in <c>runs/</c>.</param>
public sealed class AblationRunner(AblationPlan plan, string folder)
{
    private const string ResultFile = "result.json";

    /// <summary>A run's folder.</summary>
    public string FolderOf(AblationRun run) => Path.Combine(folder, "runs", run.Name);

    /// <summary>
    /// Deletes what frozen teachers gave, which runs of one sitting share. Before a sitting: a process that was killed may have left
    /// files; and after it: they are large, and soon made again.
    /// </summary>
    public void DeleteTeacherOutputs()
    {
        if (Directory.Exists(TeacherOutputsFolder)) Directory.Delete(TeacherOutputsFolder, recursive: true);
    }

    private string TeacherOutputsFolder => Path.Combine(folder, "teacher-outputs");

    /// <summary>The result of a finished run of the same hash that has every protocol asked for; null where there is none.</summary>
    /// <exception cref="ConfigurationException">The result's file is damaged.</exception>
    public AblationResult? Finished(AblationRun run)
    {
        var file = Path.Combine(FolderOf(run), ResultFile);
        if (!File.Exists(file)) return null;
        var result = AblationResult.FromJson(File.ReadAllText(file), file);
        return Completes(run, result) ? result : null;
    }

    /// <summary>
    /// Takes over results of the same hashes that were made elsewhere, so that only the others are run. A run that one of these starts
    /// from is run again all the same: its weights are needed.
    /// </summary>
    /// <param name="results">Finished results, of this plan or not.</param>
    /// <returns>How many were taken over.</returns>
    public int Adopt(IReadOnlyList<AblationResult> results)
    {
        var known = plan.Runs.Where(
            run => Finished(run) is null && results.Any(r => r.Row == run.Row.Id && r.Seed == run.Seed && Completes(run, r))).ToHashSet();
        var needed = plan.Runs.Where(run => run.Start is not null && !known.Contains(run) && Finished(run) is null)
            .Select(run => run.Start!).ToHashSet();
        foreach (var run in known.Where(run => !needed.Contains(run)))
        {
            Directory.CreateDirectory(FolderOf(run));
            AsideFile.Write(
                Path.Combine(FolderOf(run), ResultFile),
                results.First(r => r.Row == run.Row.Id && r.Seed == run.Seed && Completes(run, r)).ToJson());
        }
        return known.Count(run => !needed.Contains(run));
    }

    private bool Completes(AblationRun run, AblationResult result) =>
        result.Hash == run.Hash
            && plan.Settings.Readouts.Where(run.Has).All(r => plan.Data.Labels.Keys.All(label => result.Probe(label, r.Name) is not null));

    /// <summary>Runs, or gives the finished result. A run that was interrupted goes on where it stopped.</summary>
    /// <param name="run">A run of the plan; the one that it starts from must be finished.</param>
    /// <param name="progress">Told of steps and phases.</param>
    /// <param name="cancellation">Stops with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">Stopped; nothing is lost.</exception>
    /// <exception cref="TrainingHaltedException">Too many steps had a non-finite loss or gradient.</exception>
    public async Task<AblationResult> RunAsync(AblationRun run, IProgress<AblationProgress>? progress, CancellationToken cancellation)
    {
        if (Finished(run) is { } finished) return finished;
        var outcome = run.Config is null ? null : await TrainAsync(run, run.Config, progress, cancellation).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        using var features = AblationFeatures.Open(run, plan.Settings, FolderOf(run));
        var clips = plan.Settings.Stage1(run.Seed).Data;
        if (run.Config is { } config) clips = config.Data;
        var measured = await AblationProbing.RunAsync(
            run, features, plan, clips, phase => progress?.Report(new AblationProgress(run, phase, 1, null)),
                cancellation).ConfigureAwait(false);
        var metrics = run.Config is null ? [] : MetricsFile.Read(new RunFolder(FolderOf(run)).MetricsFile);
        var result = new AblationResult
        {
            Row = run.Row.Id,
            Seed = run.Seed,
            Hash = run.Hash,
            Settings = plan.Settings,
            Config = run.Config,
            Data = plan.Data.Description,
            DataFingerprint = plan.Data.Fingerprint,
            TrainingClips = run.Config is { } trained ? (long)trained.Training.Steps * trained.Training.ClipsPerStep : 0,
            TrainingSeconds = metrics.Sum(m => m.ClipsPerSecond > 0 ? run.Config!.Training.ClipsPerStep / m.ClipsPerSecond : 0),
            ProbeSeconds = clock.Elapsed.TotalSeconds,
            SkippedSteps = outcome?.SkippedSteps ?? 0,
            LastLoss = metrics.Count == 0 ? null : metrics[^1].Loss,
            Hardware = Hardware(plan.Settings.Device),
            Code = CodeVersion.Name,
            Finished = DateTimeOffset.UtcNow,
            ModelSha256 = outcome is null ? null : HashOf(ModelCheckpoint.Resolve(FolderOf(run))),
            Features = measured.Health,
            Probes = measured.Probes,
            Place = measured.Place,
        };
        AsideFile.Write(Path.Combine(FolderOf(run), ResultFile), result.ToJson());
        return result;
    }

    private async Task<TrainingOutcome> TrainAsync(
        AblationRun run, RunConfig config, IProgress<AblationProgress>? progress, CancellationToken cancellation)
    {
        var clips = plan.Data.Open(AblationPart.Training, config.Data, run.Seed);
        using var stage = Stage(run, config, clips);
        var trainer = new Trainer(config, stage, clips.Source, new RunFolder(FolderOf(run)));
        var steps = progress is null ? null : new StepProgress(run, progress);
        var outcome = await trainer.RunAsync(steps, cancellation).ConfigureAwait(false);
        return outcome.Finished ? outcome : throw new OperationCanceledException(cancellation);
    }

    // Configurations name their start by its folder alone, so that results hold no machine's paths.
    private ITrainingStage Stage(AblationRun run, RunConfig config, LabelledClips clips) => config switch
    {
        SupervisedConfig supervised => new Supervised(supervised, clips.LabelOf),
        Stage2Config stage2 when run.Start is { } start =>
            StageFactory.Create(stage2 with { Start = FolderOf(start) }, TeacherOutputs(run)),
        _ => StageFactory.Create(config, TeacherOutputs(run)),
    };

    // Beyond the end of the second longest run that asks this teacher about these batches nobody reads what is kept.
    private FrozenOutputs? TeacherOutputs(AblationRun run)
    {
        if (run.FrozenTeacher is not { } teacher || plan.Settings.Device != "cpu") return null;
        var batches = plan.Runs.Where(r => r.FrozenTeacher == teacher)
            .Select(r => (long)r.Config!.Training.Steps * r.Config.Training.Accumulation).OrderDescending().ToList();
        return batches.Count < 2 ? null : new FrozenOutputs(TeacherOutputsFolder, teacher, batches[1]);
    }

    private static AblationHardware Hardware(string device) => new(
        device, $"{Processor.Name}, {Environment.ProcessorCount} cores", torch.get_num_threads(), torch.__version__,
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(stream));
    }

    private sealed class StepProgress(AblationRun run, IProgress<AblationProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            progress.Report(new AblationProgress(run, "training", (double)value.Metrics.Step / value.Steps, value));
    }
}

/// <summary>What a display shows of a run at work.</summary>
/// <param name="Run">The run.</param>
/// <param name="Phase"><c>training</c>, <c>features</c> or <c>probing</c>.</param>
/// <param name="Done">Share of the run's training that is done, 0..1.</param>
/// <param name="Training">The newest step, while training.</param>
public sealed record AblationProgress(AblationRun Run, string Phase, double Done, TrainingProgress? Training);
