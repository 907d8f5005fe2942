namespace InternVideoNext.Runs;

/// <summary>A line of a run's log is not what was written there; the message names file and line.</summary>
public sealed class MetricsFileException : IOException
{
    /// <summary>Creates the error with the whole message.</summary>
    public MetricsFileException(string message, Exception? inner) : base(message, inner) { }
}
