using System.Diagnostics;
using InternVideoNext.Models;
using InternVideoNext.Native;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>A run's folder while it is trained: claimed, with its log, checkpoints and quick probes.</summary>
internal sealed class RunRecord : IRunRecord
{
    private readonly TrainingConfig _training;
    private readonly RunFolder _folder;
    private readonly IDisposable _claim;
    private readonly TrainingCheckpoint _checkpoint;
    private readonly MetricsLog _log;
    private readonly QuickProbe? _probe;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _saved;

    private RunRecord(
        RunConfig config, RunFolder folder, IDisposable claim, TrainingCheckpoint checkpoint, FlatAdamW optimizer, QuickProbe? probe,
        IProgress<TrainingProgress>? progress)
    {
        (_training, _folder, _claim, _checkpoint, _probe, _progress) = (config.Training, folder, claim, checkpoint, probe, progress);
        FirstStep = checkpoint.Restore();
        _saved = checkpoint.Newest is null ? -1 : FirstStep;
        folder.WriteConfig(config);
        _log = new MetricsLog(
            folder.MetricsFile, FirstStep, optimizer.ReadSkipped(), MemoryInUse.On(TrainingDevice.Open(config.Training)));
    }

    public long FirstStep { get; }

    public string Checkpoint => _checkpoint.Newest ?? "";

    public IReadOnlyList<string> Damaged => _checkpoint.Damaged;

    /// <summary>Takes the folder, and the run up from its newest valid checkpoint, or from the start where there is none.</summary>
    /// <param name="config">The run.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="checkpoint">Of the stage and optimiser, which are restored.</param>
    /// <param name="optimizer">Knows the steps skipped so far.</param>
    /// <param name="probe">Measures the encoder; null: never.</param>
    /// <param name="progress">Told of every <see cref="Report"/>.</param>
    /// <exception cref="IOException">Another process trains in the folder, or it cannot be written.</exception>
    /// <exception cref="Checkpoints.CheckpointMismatchException">The folder's checkpoint is of another model.</exception>
    public static RunRecord Open(
        RunConfig config, RunFolder folder, TrainingCheckpoint checkpoint, FlatAdamW optimizer, QuickProbe? probe,
        IProgress<TrainingProgress>? progress)
    {
        var claim = folder.ClaimAsync().GetAwaiter().GetResult();
        var opened = false;
        try
        {
            var record = new RunRecord(config, folder, claim, checkpoint, optimizer, probe, progress);
            opened = true;
            return record;
        }
        finally
        {
            if (!opened) claim.Dispose();
        }
    }

    public void Add(StepRecord step, LossSum losses, Tensor gradientNorm, Tensor skipped) => _log.Add(step, losses, gradientNorm, skipped);

    // Without a result where the run is being ended: that must not take as long as a probe.
    public void Probe(VideoEncoder encoder, CancellationToken cancellation)
    {
        if (_probe is null) return;
        try
        {
            _log.AttachProbe(_probe.MeasureAsync(encoder, cancellation).GetAwaiter().GetResult());
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            _log.AttachProbe(null);
        }
    }

    public void Report(long step)
    {
        _log.Flush();
        _progress?.Report(
            new TrainingProgress(_log.Newest!, _training.Steps, _clock.Elapsed / (step - FirstStep) * (_training.Steps - step))
            {
                Health = _log.NewestHealth,
                Probe = _log.NewestProbe,
            });
    }

    public void Save(long step)
    {
        if (step == _saved) return;
        _log.FlushToDisk();
        _checkpoint.Save(_saved = step);
    }

    public TrainingHaltedException TooManySkipped(long skipped) => new(
        $"{skipped} steps had a non-finite loss or gradient (training.max_skipped_steps is {_training.MaxSkippedSteps}); stopped at "
            + $"step {_log.Newest!.Step}. " +
        $"The clips of the last such step are the data's entries {string.Join(", ", _log.NewestSkippedClips)}. " +
        $"The weights and moments are as before it, in {Checkpoint}; look at them with ./ivnext weights inspect "
            + $"{Path.Combine(Checkpoint, TrainingCheckpoint.ModelFile)}, and at the steps before with ./ivnext runs show "
            + $"{_folder.Root}. Remedies: a lower training.base_learning_rate, a longer training.warmup_steps, or float32.")
    {
        Entries = _log.NewestSkippedClips,
    };

    public void Dispose()
    {
        _log.Dispose();
        _claim.Dispose();
    }
}

/// <summary>What a progress display shows.</summary>
/// <param name="Metrics">The newest step.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="TimeLeft">Estimated from the steps since the run began or resumed.</param>
public sealed record TrainingProgress(StepMetrics Metrics, long Steps, TimeSpan TimeLeft)
{
    /// <summary>The newest measurement of the features in this sitting.</summary>
    public FeatureSummary? Health { get; init; }

    /// <summary>The newest quick probe in this sitting: accuracy by label name.</summary>
    public IReadOnlyDictionary<string, double>? Probe { get; init; }
}
