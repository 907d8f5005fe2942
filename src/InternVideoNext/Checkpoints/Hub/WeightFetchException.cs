namespace InternVideoNext.Checkpoints.Hub;

/// <summary>A checkpoint that could not be fetched. The message says why and what to do.</summary>
public sealed class WeightFetchException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="isUnreachable">Whether no connection to the hub could be made.</param>
    /// <param name="innerException">The underlying error, if any.</param>
    public WeightFetchException(string message, bool isUnreachable = false, Exception? innerException = null)
        : base(message, innerException) =>
        IsUnreachable = isUnreachable;

    /// <summary>Whether no connection to the hub could be made: the environment's fault, not the file's.</summary>
    public bool IsUnreachable { get; }
}
