using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>The probes of all points of a grid, trained side by side on shared features.</summary>
internal abstract class ProbeCandidates : IDisposable
{
    /// <summary>Hyper-parameters of each point.</summary>
    public required IReadOnlyList<ProbeSetting> Settings { get; init; }

    /// <summary>Training objective of each point; null where nothing is trained.</summary>
    public required IReadOnlyList<double?> TrainLoss { get; init; }

    /// <summary>Class probabilities, [G, b, K], of features [b, D] or [b, N, C] on the candidates' device.</summary>
    public abstract Tensor Probabilities(Tensor features);

    /// <summary>One point as a probe of its own on the CPU; null if its kind is not stored.</summary>
    public abstract Probe? Extract(int point);

    /// <inheritdoc/>
    public abstract void Dispose();
}
