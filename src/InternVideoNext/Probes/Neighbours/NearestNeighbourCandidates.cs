using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>One memory, read with several numbers of neighbours.</summary>
internal sealed class NearestNeighbourCandidates(NearestNeighbourProbe probe) : ProbeCandidates
{
    /// <summary>Remembers the task's rows (the mean of their tokens).</summary>
    public static NearestNeighbourCandidates Fit(ProbeProtocol protocol, ProbeTask task)
    {
        using var scope = NewDisposeScope();
        var memory = LinearTrainer.Pool(task);
        var labels = task.Set.TakeLabels(task.Rows, task.Device);
        return new NearestNeighbourCandidates(new NearestNeighbourProbe(memory, labels, task.Classes, protocol.Temperature))
        {
            Settings = task.Settings,
            TrainLoss = new double?[task.Settings.Count],
        };
    }

    /// <inheritdoc/>
    public override Tensor Probabilities(Tensor features)
    {
        using var scope = NewDisposeScope();
        var pooled = features.dim() == 3 ? features.mean([1]) : features;
        return stack(Settings.Select(setting => probe.Vote(pooled, setting.Neighbours!.Value))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Probe? Extract(int point) => null;

    /// <inheritdoc/>
    public override void Dispose() => probe.Dispose();
}
