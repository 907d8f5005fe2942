using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>A video file cannot be read. Loaders count such files and go on; see <see cref="VideoClipSource.Skipped"/>.</summary>
public class VideoReadException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">Why, in one line.</param>
    /// <param name="isFinal">
    /// Whether every other attempt on this file would fail alike; false when only some of its frames are lost.
    /// </param>
    /// <param name="isPassing">Whether the same attempt may succeed later: a time-out, a disk's error, a file that is away.</param>
    public VideoReadException(string path, string reason, bool isFinal = true, bool isPassing = false)
        : base($"'{path}' cannot be read as a video: {reason}")
    {
        Path = path;
        Reason = reason;
        IsFinal = isFinal && !isPassing;
        IsPassing = isPassing;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Why, in one line.</summary>
    public string Reason { get; }

    /// <summary>Whether every other attempt on this file would fail alike.</summary>
    public bool IsFinal { get; }

    /// <summary>Whether nothing in the file's bytes proves it, so that the same attempt may succeed later.</summary>
    public bool IsPassing { get; }

    // What ffmpeg says where not the file's bytes are at fault but the way to them or the machine.
    private static readonly string[] Passing =
    [
        "Input/output error", "No such file or directory", "Permission denied", "Stale file handle", "Cannot allocate memory",
        "Resource temporarily unavailable", "Too many open files", "Host is down", "Transport endpoint", "Connection timed out",
    ];

    /// <summary>The error of a program that ended without doing its work.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">The program's.</param>
    /// <param name="errors">What it said; may be empty.</param>
    internal static VideoReadException Of(string path, int exitCode, string errors) =>
        new(
            path, errors.Length > 0 ? errors : $"ffmpeg ended with code {exitCode}", isPassing: !IsOfTheFile(exitCode, errors));

    /// <summary>Whether a complaint is about the file's bytes. A program that was killed (codes above 128) says nothing of them.</summary>
    internal static bool IsOfTheFile(int exitCode, string errors) =>
        exitCode < 128 && !Passing.Any(p => errors.Contains(p, StringComparison.Ordinal));

    /// <summary>The error of a file that took too long.</summary>
    internal static VideoReadException TookTooLong(string path, string doing, TimeSpan limit) =>
        new(path, string.Create(
            CultureInfo.InvariantCulture,
            $"{doing} it took longer than {limit.TotalSeconds:0.###} s; allow more by data.file_timeout_seconds "
            + $"(scan and pack: --timeout)"),
            isPassing: true);
}

/// <summary>A video does not give all of the frames that its index entry lets one expect.</summary>
public sealed class MissingFramesException : VideoReadException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file.</param>
    /// <param name="found">Frames that came.</param>
    /// <param name="wanted">Frames that were wanted.</param>
    /// <param name="errors">What ffmpeg complained of; empty for nothing.</param>
    /// <param name="decodes">How many frames the file holds, where that is known.</param>
    public MissingFramesException(string path, int found, int wanted, string errors, int? decodes = null)
        : base(
            path, $"it breaks off: only {found} of {wanted} frames could be decoded{(errors.Length > 0 ? ": " + errors : "")}",
            isFinal: false)
    {
        Errors = errors;
        Decodes = decodes;
    }

    /// <summary>What ffmpeg complained of; empty for nothing.</summary>
    public string Errors { get; }

    /// <summary>How many frames the file holds; null where nobody has counted.</summary>
    public int? Decodes { get; }
}
