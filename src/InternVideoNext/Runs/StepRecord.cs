using InternVideoNext.Probes;

namespace InternVideoNext.Runs;

/// <summary>What the host knows of a step when it is logged.</summary>
/// <param name="Step">1-based.</param>
/// <param name="Clips">Manifest entries of its clips.</param>
/// <param name="LearningRate">Its rate.</param>
/// <param name="WaitSeconds">How long it waited for data.</param>
/// <param name="Health">Of the encoder's features, where measured.</param>
internal sealed record StepRecord(long Step, IReadOnlyList<int> Clips, double LearningRate, double WaitSeconds, FeatureSummary? Health);
