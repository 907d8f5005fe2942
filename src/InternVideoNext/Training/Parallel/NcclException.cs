namespace InternVideoNext.Training.Parallel;

/// <summary>NCCL refused or failed; the message is its own.</summary>
public sealed class NcclException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public NcclException(string message) : base(message) { }
}
