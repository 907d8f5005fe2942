using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
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
    private readonly RunClaim _claim;
    private readonly TrainingCheckpoint _checkpoint;
    private readonly MetricsLog _log;
    private readonly QuickProbe? _probe;
    private readonly RunObservers _observers;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private long _saved;

    private RunRecord(
        RunConfig config, RunFolder folder, RunClaim claim, TrainingCheckpoint checkpoint, FlatAdamW optimizer, QuickProbe? probe,
        RunObservers observers)
    {
        (_training, _folder, _claim, _checkpoint, _probe, _observers) = (config.Training, folder, claim, checkpoint, probe, observers);
        FirstStep = checkpoint.Restore();
        if (FirstStep > _training.Steps) throw new ConfigurationException(
            $"the run in {folder.Root} has done {FirstStep} steps, more than the {_training.Steps} of training.steps: give as many or "
            + "more to go on with it, or name another folder");
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
    /// <param name="observers">Told of every <see cref="Report"/>, and of what a disk is waited for.</param>
    /// <exception cref="IOException">Another process trains in the folder, or it cannot be written.</exception>
    /// <exception cref="Checkpoints.CheckpointMismatchException">The folder's checkpoint is of another model.</exception>
    public static RunRecord Open(
        RunConfig config, RunFolder folder, TrainingCheckpoint checkpoint, FlatAdamW optimizer, QuickProbe? probe,
        RunObservers observers)
    {
        var claim = folder.ClaimAsync().GetAwaiter().GetResult();
        var opened = false;
        try
        {
            var record = new RunRecord(config, folder, claim, checkpoint, optimizer, probe, observers);
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
        Persist(_log.Flush);
        _observers.Progress?.Report(
            new TrainingProgress(_log.Newest!, _training.Steps, _clock.Elapsed / (step - FirstStep) * (_training.Steps - step))
            {
                Health = _log.NewestHealth,
                Probe = _log.NewestProbe,
            });
    }

    public void Save(long step)
    {
        if (step != _saved) Persist(() => SaveNow(step));
    }

    public void Rescue(long step)
    {
        try
        {
            _claim.Require();
            if (step != _saved) SaveNow(step);
            _observers.Notices?.Report(
                $"an error ends the run; its {step} steps are saved in {Checkpoint}, go on from there with --resume");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ExternalException or RunFolderLostException)
        {
            _observers.Notices?.Report($"an error ends the run at step {step}, which could not be saved: {e.Message}");
        }
    }

    private void SaveNow(long step)
    {
        _log.FlushToDisk();
        _checkpoint.Save(step);
        _saved = step;
    }

    // A disk that is full or away is waited for: the steps since the last checkpoint are in this process alone.
    private void Persist(Action write)
    {
        var patience = new Patience(_observers.Cancellation);
        while (true)
        {
            _claim.Require();
            try
            {
                write();
                return;
            }
            catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && patience.Next is { } pause)
            {
                _observers.Notices?.Report(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{_folder.Root} cannot be written to: {e.Message} The run waits, and tries again in {pause.TotalSeconds:0} s"));
                patience.Wait();
            }
        }
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

/// <summary>Who watches a run.</summary>
/// <param name="Progress">Told of steps; null: nobody.</param>
/// <param name="Notices">Told in sentences what the run waits for, and what it did at an error; null: nobody.</param>
/// <param name="Cancellation">Asks the run to end.</param>
internal sealed record RunObservers(IProgress<TrainingProgress>? Progress, IProgress<string>? Notices, CancellationToken Cancellation);

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
