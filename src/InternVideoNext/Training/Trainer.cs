using System.Diagnostics;
using InternVideoNext.Data;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// Trains one stage: data, loss, backward, clipped AdamW step, log, checkpoints. Stopping by the token ends at the next
/// step with a checkpoint; a later run in the same folder continues bit for bit.
/// </summary>
/// <param name="config">The run.</param>
/// <param name="stage">What a step computes.</param>
/// <param name="source">Where clips come from.</param>
/// <param name="folder">Where everything is written.</param>
/// <param name="probe">Measures the encoder every <see cref="TrainingConfig.ProbeEvery"/> steps; null: never.</param>
/// <exception cref="Configuration.ConfigurationException">The configured device is not here.</exception>
public sealed class Trainer(RunConfig config, ITrainingStage stage, IClipSource source, RunFolder folder, QuickProbe? probe = null)
{
    private readonly TrainingConfig _training = config.Training;
    private readonly Device _device = TrainingDevice.Open(config.Training);

    /// <summary>Trains from the newest valid checkpoint in the folder, or from the start where there is none.</summary>
    /// <param name="progress">Called every <see cref="TrainingConfig.LogEvery"/> steps.</param>
    /// <param name="cancellation">Ends the run at the next step, with a checkpoint.</param>
    /// <exception cref="TrainingHaltedException">Too many steps had a non-finite loss or gradient.</exception>
    /// <exception cref="IOException">Another process trains in the folder, or it cannot be written.</exception>
    /// <exception cref="Checkpoints.CheckpointMismatchException">The folder's checkpoint is of another model.</exception>
    public async Task<TrainingOutcome> RunAsync(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using var claim = await folder.ClaimAsync().ConfigureAwait(false);
        using var mode = new DeterministicMode(_training);
        using var optimizer = new FlatAdamW(stage.Student, _training);
        var checkpoint = new TrainingCheckpoint(config, stage, optimizer, folder);
        var first = checkpoint.Restore();
        var (step, saved) = (first, checkpoint.Newest is null ? -1 : first);
        folder.WriteConfig(config);
        using var log = new MetricsLog(folder.MetricsFile, step, optimizer.ReadSkipped());
        var batches = new BatchReader(source, _training, step);
        await using var _ = batches.ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        while (step < _training.Steps && !cancellation.IsCancellationRequested)
        {
            using var current = new TrainingStep(_training, _device, stage, optimizer, step, StepTrace.None);
            while (!current.IsComplete && await batches.NextAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                using (batch)
                using (mode.HoldThreads()) current.Add(batch);
            }
            if (!current.IsComplete) break;
            using (mode.HoldThreads()) current.Update(log, batches.TakeStepWait());
            step++;
            if (probe is not null && _training.ProbeEvery > 0 && step % _training.ProbeEvery == 0)
                log.AttachProbe(await MeasureAsync(probe, cancellation).ConfigureAwait(false));
            if (step % _training.LogEvery == 0 || step == _training.Steps) Report();
            if (_training.CheckpointEvery > 0 && step % _training.CheckpointEvery == 0) Save();
        }
        if (saved != step) Save();
        return new TrainingOutcome(step >= _training.Steps, step, checkpoint.Newest!, optimizer.ReadSkipped(), batches.Waited, clock.Elapsed, checkpoint.Damaged);

        void Report()
        {
            using var threads = mode.HoldThreads();
            log.Flush();
            progress?.Report(new TrainingProgress(log.Newest!, _training.Steps, clock.Elapsed / (step - first) * (_training.Steps - step))
            {
                Health = log.NewestHealth,
                Probe = log.NewestProbe,
            });
            if (log.Newest!.SkippedSteps <= _training.MaxSkippedSteps) return;
            Save();
            throw TooManySkipped(log, checkpoint.Newest!);
        }

        void Save()
        {
            log.FlushToDisk();
            checkpoint.Save(saved = step);
        }
    }

    // Null where the run is being ended: that must not take as long as a probe.
    private async Task<IReadOnlyDictionary<string, double>?> MeasureAsync(QuickProbe probe, CancellationToken cancellation)
    {
        try
        {
            return await probe.MeasureAsync(stage.Student.Encoder, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private TrainingHaltedException TooManySkipped(MetricsLog log, string checkpoint) => new(
        $"{log.Newest!.SkippedSteps} steps had a non-finite loss or gradient (training.max_skipped_steps is {_training.MaxSkippedSteps}); stopped at step {log.Newest.Step}. " +
        $"The clips of the last such step are the data's entries {string.Join(", ", log.NewestSkippedClips)}. " +
        $"The weights and moments are as before it, in {checkpoint}; look at them with ./ivnext weights inspect {Path.Combine(checkpoint, TrainingCheckpoint.ModelFile)}, and at the steps before with ./ivnext runs show {folder.Root}. Remedies: a lower training.base_learning_rate, a longer training.warmup_steps, or float32.")
    {
        Entries = log.NewestSkippedClips,
    };
}
