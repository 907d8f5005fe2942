namespace InternVideoNext.Data;

/// <summary>A video file cannot be read. Loaders count such files and go on; see <see cref="VideoClipSource.Skipped"/>.</summary>
public sealed class VideoReadException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="isFinal">
    /// Whether every other attempt on this file would fail alike; false when only some of its frames are lost.
    /// </param>
    public VideoReadException(string path, string reason, bool isFinal = true) : base($"'{path}' cannot be read as a video: {reason}")
    {
        Path = path;
        Reason = reason;
        IsFinal = isFinal;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Why, in one line.</summary>
    public string Reason { get; }

    /// <summary>Whether every other attempt on this file would fail alike.</summary>
    public bool IsFinal { get; }
}
