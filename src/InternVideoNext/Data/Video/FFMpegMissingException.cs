namespace InternVideoNext.Data;

/// <summary>ffmpeg or ffprobe is not installed. The message holds the command that installs it here.</summary>
public sealed class FFMpegMissingException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public FFMpegMissingException(string message) : base(message) { }

    /// <summary>Creates the error with the whole message and its cause.</summary>
    public FFMpegMissingException(string message, Exception innerException) : base(message, innerException) { }
}
