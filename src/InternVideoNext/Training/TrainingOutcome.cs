namespace InternVideoNext.Training;

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
