using System.Runtime.ExceptionServices;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Stages;
using InternVideoNext.Training.Parallel;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// One sitting of a run: the steps from where the last one left it to the run's end, or to whatever ends it before. The last whole
/// step is saved in either case, as long as weights and moments are those of a whole step.
/// </summary>
/// <param name="config">Steps, and how often to report, probe and save.</param>
/// <param name="group">The processes that train the run.</param>
/// <param name="device">Where the stage is.</param>
/// <param name="stage">What a step computes.</param>
/// <param name="optimizer">Holds weights and gradients.</param>
/// <param name="record">What the run leaves behind.</param>
/// <param name="batches">This process's batches.</param>
/// <param name="firstStep">Steps done before.</param>
internal sealed class TrainingSitting(
    TrainingConfig config, IProcessGroup group, Device device, ITrainingStage stage, FlatAdamW optimizer, IRunRecord record,
    BatchReader batches, long firstStep)
{
    private bool _isSound = true;
    private Exception? _exhaustion;

    /// <summary>Whole steps done.</summary>
    public long Step { get; private set; } = firstStep;

    /// <summary>Trains to the end, or until the token is cancelled here or on any other process.</summary>
    public void Train(CancellationToken cancellation)
    {
        var ended = false;
        try
        {
            TrainToEnd(cancellation);
            ended = true;
        }
        finally
        {
            if (!ended) Rescue();
        }
    }

    /// <summary>Throws if memory ran out on this process.</summary>
    /// <param name="checkpoint">Where the run stands, as all processes know by now.</param>
    public void ThrowIfExhausted(string checkpoint)
    {
        if (_exhaustion is not null) throw new MemoryExhaustedException(config, Step, checkpoint, _exhaustion);
    }

    private void TrainToEnd(CancellationToken cancellation)
    {
        while (Step < config.Steps)
        {
            using var current = new TrainingStep(config, group, device, stage, optimizer, Step, StepTrace.None);
            var failure = Gather(current, cancellation);
            if (!TryUpdate(current))
            {
                Save();
                // Of memory the others lack nothing: they end as told. Of any other error they learn by the loss of this process.
                if (failure is not null && !MemoryExhaustion.Is(failure.SourceException)) failure.Throw();
                _exhaustion = failure?.SourceException;
                return;
            }
            if (config.ProbeEvery > 0 && Step % config.ProbeEvery == 0) record.Probe(stage.Student.Encoder, cancellation);
            if (Step % config.LogEvery == 0 || Step == config.Steps) Report();
            if (config.CheckpointEvery > 0 && Step % config.CheckpointEvery == 0) Save();
        }
        Save();
    }

    // Until a step's update nothing of it is lost: an error of any kind first lets all processes stop at the same step, and save it.
    private ExceptionDispatchInfo? Gather(TrainingStep step, CancellationToken cancellation)
    {
        try
        {
            while (!step.IsComplete && batches.Next(cancellation) is { } batch)
                using (batch) step.Add(batch);
            return null;
        }
        catch (Exception e)
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }

    private bool TryUpdate(TrainingStep step)
    {
        try
        {
            return step.TryUpdate(record, batches.TakeStepWait());
        }
        finally
        {
            _isSound = step.Update != UpdateState.UnderWay;
            if (step.Update == UpdateState.Done) Step++;
        }
    }

    private void Report()
    {
        record.Report(Step);
        var skipped = optimizer.ReadSkipped();
        if (skipped <= config.MaxSkippedSteps) return;
        Save();
        throw record.TooManySkipped(skipped);
    }

    // What a lost process has left of a sum must not be saved: all are there, and done, before that.
    private void Save()
    {
        group.Barrier();
        record.Save(Step);
    }

    // Nobody can be waited for after an error. On the CPU a sum over the processes is whole when its call returns; on other devices it
    // may be under way still, and what is left of it in the weights is not known.
    private void Rescue()
    {
        if (_isSound && (group.Size == 1 || device.type == DeviceType.CPU)) record.Rescue(Step);
    }
}
