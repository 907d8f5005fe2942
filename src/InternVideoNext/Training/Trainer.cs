using System.Diagnostics;
using InternVideoNext.Data;
using TorchSharp;
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
public sealed class Trainer(RunConfig config, ITrainingStage stage, IClipSource source, RunFolder folder)
{
    private readonly TrainingConfig _training = config.Training;
    private readonly Device _device = torch.device(config.Training.Device);

    /// <summary>Trains from the newest valid checkpoint in the folder, or from the start where there is none.</summary>
    /// <param name="progress">Called every <see cref="TrainingConfig.LogEvery"/> steps.</param>
    /// <param name="cancellation">Ends the run at the next step, with a checkpoint.</param>
    /// <exception cref="TrainingHaltedException">Too many steps had a non-finite loss or gradient.</exception>
    public async Task<TrainingOutcome> RunAsync(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using var optimizer = new FlatAdamW(stage.Student, _training);
        var checkpoint = new TrainingCheckpoint(config, stage, optimizer, folder);
        folder.WriteConfig(config);
        var first = checkpoint.Restore();
        var step = first;
        long saved = first > 0 ? first : -1;
        using var log = new MetricsLog(folder.MetricsFile, step);
        var batches = new BatchReader(source, _training, step);
        await using var _ = batches.ConfigureAwait(false);
        var (clock, window, waited, shown) = (Stopwatch.StartNew(), Stopwatch.StartNew(), TimeSpan.Zero, step);
        StepMetrics? newest = null;
        while (step < _training.Steps && !cancellation.IsCancellationRequested)
        {
            var wait = Stopwatch.StartNew();
            if (await batches.NextAsync(cancellation).ConfigureAwait(false) is not { } batch) break;
            waited += wait.Elapsed;
            using (batch) TrainStep(batch, step, optimizer, log, wait.Elapsed.TotalSeconds);
            step++;
            if (step % _training.LogEvery == 0 || step == _training.Steps)
            {
                newest = log.Flush((step - shown) * _training.BatchSize / window.Elapsed.TotalSeconds);
                shown = step;
                window.Restart();
                progress?.Report(new TrainingProgress(newest, _training.Steps, clock.Elapsed / (step - first) * (_training.Steps - step)));
                StopIfTooManySkipped(newest);
            }
            if (_training.CheckpointEvery > 0 && step % _training.CheckpointEvery == 0) checkpoint.Save(saved = step);
        }
        if (!log.IsEmpty) newest = log.Flush((step - shown) * _training.BatchSize / window.Elapsed.TotalSeconds);
        if (saved != step) checkpoint.Save(step);
        return new TrainingOutcome(step >= _training.Steps, step, folder.CheckpointFolders()[0], newest?.SkippedSteps ?? 0, waited, clock.Elapsed, checkpoint.Damaged);
    }

    private void TrainStep(ClipBatch batch, long step, FlatAdamW optimizer, MetricsLog log, double waitSeconds)
    {
        using var scope = NewDisposeScope();
        var video = batch.Video.to(_training.Precision.ScalarType(), _device);
        optimizer.ZeroGradients();
        var losses = stage.ComputeLoss(video, step);
        losses.Total.backward();
        var rate = LearningRateSchedule.At(step, _training);
        var norm = optimizer.Step(rate, losses.Total);
        stage.AfterUpdate();
        log.Add(step + 1, losses, norm, optimizer.Skipped, rate, waitSeconds);
    }

    private void StopIfTooManySkipped(StepMetrics newest)
    {
        if (newest.SkippedSteps <= _training.MaxSkippedSteps) return;
        throw new TrainingHaltedException(
            $"{newest.SkippedSteps} steps had a non-finite loss or gradient (training.max_skipped_steps is {_training.MaxSkippedSteps}); stopped at step {newest.Step}. " +
            $"Last good checkpoint: {(folder.CheckpointFolders() is [var last, ..] ? last : "none yet")}. Remedies: a lower training.base_learning_rate, a longer training.warmup_steps, or float32.");
    }
}
