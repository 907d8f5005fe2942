using InternVideoNext.Training;

namespace InternVideoNext.Ablations;

/// <summary>What a display shows of a run at work.</summary>
/// <param name="Run">The run.</param>
/// <param name="Phase"><c>training</c>, <c>features</c> or <c>probing</c>.</param>
/// <param name="Done">Share of the run's training that is done, 0..1.</param>
/// <param name="Training">The newest step, while training.</param>
public sealed record AblationProgress(AblationRun Run, string Phase, double Done, TrainingProgress? Training);
