namespace InternVideoNext.Checkpoints;

/// <summary>A checkpoint and a module that don't fit each other. The message lists every tensor at fault; nothing was changed.</summary>
public sealed class CheckpointMismatchException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="summary">What was tried, as the start of a sentence.</param>
    /// <param name="mismatches">Every fault found.</param>
    public CheckpointMismatchException(string summary, IReadOnlyList<CheckpointMismatch> mismatches)
        : base($"{summary}: {mismatches.Count} {(mismatches.Count == 1 ? "tensor does" : "tensors do")} not "
            + $"fit.{string.Concat(mismatches.Select(mismatch => $"\n  {mismatch}"))}") =>
        Mismatches = mismatches;

    /// <summary>Every fault found, by kind.</summary>
    public IReadOnlyList<CheckpointMismatch> Mismatches { get; }
}
