using System.Diagnostics;
using System.Text;
using InternVideoNext.Data;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// Trains one stage: data, loss, backward, clipped AdamW step, log, checkpoints. Stopping by the token ends at the next
/// step with a checkpoint; a later run in the same folder continues bit for bit.
/// </summary>
/// <remarks>
/// A run computes in a thread of its own (<see cref="ComputeThread"/>), which takes its batches from a channel. Whatever ends a
/// run, the last whole step is saved before (<see cref="TrainingSitting"/>).
/// Several processes train one run together where each has a trainer with its place in a group. They share out the batches of
/// each step (<see cref="StepShare"/>), add up their gradients, and make the same update. The first restores the run and keeps its
/// folder; the others get its state, and touch no folder. A run may go on with another number of processes.
/// </remarks>
/// <param name="config">The run.</param>
/// <param name="stage">What a step computes.</param>
/// <param name="source">Where clips come from.</param>
/// <param name="folder">Where everything is written.</param>
/// <param name="probe">Measures the encoder every <see cref="TrainingConfig.ProbeEvery"/> steps; null: never.</param>
/// <param name="group">The processes that train the run; stays the caller's. Null: this one alone.</param>
/// <exception cref="Foundation.ConfigurationException">The configured device is not here, or the processes cannot share a step.</exception>
public sealed class Trainer(
    RunConfig config, ITrainingStage stage, IClipSource source, RunFolder folder, QuickProbe? probe = null, IProcessGroup? group = null)
{
    private readonly TrainingConfig _training = config.Training;
    private readonly Device _device = TrainingDevice.Open(config.Training);
    private readonly IProcessGroup _group = group ?? new SingleProcess();
    private readonly StepShare _share = StepShare.Of(config.Training, group?.Rank ?? 0, group?.Size ?? 1);

    /// <summary>
    /// Told what the run waits for, and what it did at an error, in sentences for people: on the first process; null: nobody.
    /// </summary>
    public IProgress<string>? Notices { get; init; }

    /// <summary>Trains from the newest sound checkpoint in the folder, or from the start where there is no checkpoint.</summary>
    /// <param name="progress">Called every <see cref="TrainingConfig.LogEvery"/> steps, on the first process.</param>
    /// <param name="cancellation">Ends the run at the next step, with a checkpoint; on any process, for all.</param>
    /// <exception cref="TrainingHaltedException">Too many steps had a non-finite loss or gradient.</exception>
    /// <exception cref="IOException">
    /// Another process trains in the folder, or it cannot be written, nor be waited for; or it was deleted.
    /// </exception>
    /// <exception cref="MemoryExhaustedException">Memory ran out in a step; there is a checkpoint of those before.</exception>
    /// <exception cref="NoSoundCheckpointException">There are checkpoints, but all are damaged.</exception>
    /// <exception cref="Checkpoints.CheckpointMismatchException">The folder's checkpoint is of another model.</exception>
    /// <exception cref="ProcessLostException">A process of the group is gone.</exception>
    /// <exception cref="Foundation.ConfigurationException">The processes were given different runs.</exception>
    public Task<TrainingOutcome> RunAsync(IProgress<TrainingProgress>? progress, CancellationToken cancellation) =>
        ComputeThread.RunAsync(_training.Threads, () => Run(progress, cancellation));

    private TrainingOutcome Run(IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        using var mode = new DeterministicMode(_training);
        using var optimizer = new FlatAdamW(stage.Student, _training);
        RunAgreement.Check(_group, config, source);
        var checkpoint = new TrainingCheckpoint(config, stage, optimizer, folder);
        using var record = _group.Rank == 0
            ? RunRecord.Open(config, folder, checkpoint, optimizer, probe, new RunObservers(progress, Notices, cancellation))
            : (IRunRecord)new NoRecord();
        var step = ShareState(checkpoint, record.FirstStep);
        var numbers = _share.NumbersFrom(step).TakeWhile(number => number < (long)_training.Steps * _training.Accumulation);
        using var batches = new BatchReader(source, _training, numbers);
        var clock = Stopwatch.StartNew();
        var sitting = new TrainingSitting(_training, _group, _device, stage, optimizer, record, batches, step);
        sitting.Train(cancellation);
        var newest = Encoding.UTF8.GetString(_group.Exchange(Encoding.UTF8.GetBytes(record.Checkpoint))[0]);
        sitting.ThrowIfExhausted(newest);
        return new TrainingOutcome(
            sitting.Step >= _training.Steps, sitting.Step, newest, optimizer.ReadSkipped(), batches.Waited, clock.Elapsed, record.Damaged);
    }

    // A run's first weights are drawn alike by all, but the last bits may differ between machines: here they become the same.
    private long ShareState(TrainingCheckpoint checkpoint, long step)
    {
        if (_group.Size == 1) return step;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var tensor in checkpoint.State()) _group.BroadcastFromFirst(tensor);
        if (_group.Rank > 0) stage.StateRestored();
        return BitConverter.ToInt64(_group.Exchange(BitConverter.GetBytes(step))[0]);
    }
}

/// <summary>How a training run ended.</summary>
/// <param name="Finished">All steps were done; false when it was interrupted.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Checkpoint">The newest checkpoint's folder.</param>
/// <param name="SkippedSteps">Steps skipped for a non-finite loss or gradient.</param>
/// <param name="DataWait">Total time spent waiting for data.</param>
/// <param name="Elapsed">Wall time of this sitting.</param>
/// <param name="DamagedCheckpoints">Checkpoints passed over when resuming, with reasons.</param>
public sealed record TrainingOutcome(
    bool Finished, long Step, string Checkpoint, long SkippedSteps, TimeSpan DataWait, TimeSpan Elapsed,
        IReadOnlyList<string> DamagedCheckpoints);
