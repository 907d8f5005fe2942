namespace InternVideoNext.Training.Parallel;

/// <summary>A process of a group is gone, never came, or does something else than this one.</summary>
public sealed class ProcessLostException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="rank">The process at fault.</param>
    /// <param name="size">How many processes the group has.</param>
    /// <param name="reason">What was seen of it, as the end of a sentence.</param>
    public ProcessLostException(int rank, int size, string reason)
        : base($"rank {rank} of {size} processes is gone: {reason}") =>
        Rank = rank;

    /// <summary>The process at fault.</summary>
    public int Rank { get; }
}
