using InternVideoNext.Probes;
using InternVideoNext.Runs;

namespace InternVideoNext.Training;

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
