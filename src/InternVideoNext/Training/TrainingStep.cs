using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>
/// One optimiser step: the gradients of one or several batches, summed over the processes, then one update. Abandoned before
/// the update, it leaves no trace.
/// </summary>
/// <param name="config">Batches per step, precision, schedule.</param>
/// <param name="group">The processes that make the step together; this one computes its <see cref="StepShare"/>.</param>
/// <param name="device">Where the stage is.</param>
/// <param name="stage">What is computed.</param>
/// <param name="optimizer">Holds weights and gradients.</param>
/// <param name="index">0-based step.</param>
/// <param name="trace">Told which part is under way; the stage tells it the rest.</param>
internal sealed class TrainingStep(
    TrainingConfig config, IProcessGroup group, Device device, ITrainingStage stage, FlatAdamW optimizer, long index,
    StepTrace trace) : IDisposable
{
    private readonly StepShare _share = StepShare.Of(config, group.Rank, group.Size);
    private readonly LossSum _losses = new(config.Accumulation);
    private readonly List<int> _clips = [];
    private Tensor? _features;
    private int _batches;

    /// <summary>How far the update of weights and moments is.</summary>
    public UpdateState Update { get; private set; }

    /// <summary>Whether every batch of this process's share has been added.</summary>
    public bool IsComplete => _batches == _share.Count;

    // Of the step's first batch, which the first process has.
    private bool MeasuresHealth => config.HealthEvery > 0 && (index + 1) % config.HealthEvery == 0 && _share.First + _batches == 0;

    /// <summary>Adds a batch's gradient; the batch stays the caller's.</summary>
    public void Add(ClipBatch batch)
    {
        using var scope = NewDisposeScope();
        using var errors = new BackwardErrors();
        if (_batches == 0) ZeroGradients();
        var video = Upload(batch.Video);
        var losses = stage.ComputeLoss(new StepInput(video, _share.Number(index, _batches), batch.Entries));
        Differentiate(losses.Total);
        errors.ThrowIfAny();
        _losses.Add(losses);
        _clips.AddRange(batch.Entries);
        if (MeasuresHealth) _features = Features(video).DetachFromDisposeScope();
        _batches++;
    }

    /// <summary>Updates the weights and logs the step, if every process has its share.</summary>
    /// <param name="log">Takes the step's numbers.</param>
    /// <param name="waited">For batches.</param>
    /// <returns>False where a process has not: then nothing was changed, on any of them.</returns>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    public bool TryUpdate(IStepLog log, TimeSpan waited)
    {
        using var scope = NewDisposeScope();
        if (StepPresence.Agree(group, IsComplete ? new StepPresence(_clips, waited.TotalSeconds) : null) is not { } whole) return false;
        var rate = LearningRateSchedule.At(index, config);
        var norm = Optimise(rate);
        log.Add(new StepRecord(index + 1, whole.Clips, rate, whole.WaitSeconds, Health()), _losses, norm, optimizer.Skipped);
        return true;
    }

    public void Dispose()
    {
        _losses.Dispose();
        _features?.Dispose();
    }

    private void ZeroGradients()
    {
        using var part = trace.Enter(StepPart.Optimiser);
        optimizer.ZeroGradients();
    }

    private void Differentiate(Tensor loss)
    {
        using var part = trace.Enter(StepPart.Backward);
        (config.Accumulation == 1 ? loss : loss / config.Accumulation).backward();
        optimizer.TakeBatch();
    }

    private Tensor Optimise(double rate)
    {
        using var part = trace.Enter(StepPart.Optimiser);
        foreach (var parameters in optimizer.Parameters.Groups) group.AllReduceSum(parameters.Gradient);
        group.AllReduceSum((Tensor)_losses.Values!);
        Update = UpdateState.UnderWay;
        var norm = optimizer.Step(rate, _losses.Total);
        stage.AfterUpdate();
        Update = UpdateState.Done;
        return norm;
    }

    private Tensor Upload(Tensor video)
    {
        using var part = trace.Enter(StepPart.Data);
        return PinnedCopy.To(video, device).to(config.Precision.ScalarType());
    }

    // [B, C]: what a probe would read, the mean token of the whole clip.
    private Tensor Features(Tensor video)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var encoder = stage.Student.Encoder;
        return encoder.Encode(encoder.Embed(video), visible: null, dropPath: null).Tokens.mean([1]).MoveToOuterDisposeScope();
    }

    // Null where it is not this step's turn, and for features that no statistic can be taken of.
    private FeatureSummary? Health()
    {
        using var features = _features;
        _features = null;
        return features is null || features.size(0) < 2 || !features.isfinite().all().item<bool>() ? null
            : FeatureStatistics.Measure((Tensor)features);
    }
}

/// <summary>How far a step's update of weights and moments is.</summary>
internal enum UpdateState
{
    /// <summary>They are those of the step before.</summary>
    NotBegun,

    /// <summary>They are those of no step.</summary>
    UnderWay,

    /// <summary>They are this step's.</summary>
    Done,
}
