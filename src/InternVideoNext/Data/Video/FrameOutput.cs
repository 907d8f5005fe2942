using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>Takes raw frames from ffmpeg's output: as many as were asked for, and notices any other number of bytes.</summary>
/// <param name="path">Named in errors.</param>
/// <param name="count">Frames asked for.</param>
/// <param name="size">Of a frame.</param>
internal sealed class FrameOutput(string path, int count, (int Width, int Height) size)
{
    private readonly byte[] _pixels = new byte[Bytes(path, count, size)];
    private int _received;
    private bool _goesOn;

    /// <summary>ffmpeg's arguments for the one output: frames of a stream, filtered, as raw bytes.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="filters">Its filters.</param>
    /// <param name="count">Frames at most.</param>
    public static IReadOnlyList<string> Arguments(string stream, string filters, int count) =>
    [
        "-map", stream, "-an", "-sn", "-dn", "-filter_threads", "1", "-vf", filters, "-r", "25",
        "-frames:v", count.ToString(CultureInfo.InvariantCulture), "-f", "rawvideo", "pipe:1",
    ];

    /// <summary>Reads the output.</summary>
    public void Read(Stream stream)
    {
        _received = stream.ReadAtLeast(_pixels, _pixels.Length, throwOnEndOfStream: false);
        _goesOn = _received == _pixels.Length && stream.ReadByte() >= 0;
    }

    /// <summary>The frames, once the process has ended.</summary>
    /// <param name="exitCode">The process's.</param>
    /// <param name="errors">What it complained of.</param>
    /// <exception cref="VideoReadException">
    /// The bytes are not whole frames, or more than were asked for; or the process was ended, or could not get at the file.
    /// </exception>
    public VideoFrames Frames(int exitCode, string errors)
    {
        var whole = _received / (size.Width * size.Height * 3);
        if (_goesOn) throw new VideoReadException(path, $"ffmpeg gave more than the {count} frames that it was asked for", isFinal: false);
        if (whole < count && !VideoReadException.IsOfTheFile(exitCode, errors)) throw VideoReadException.Of(path, exitCode, errors);
        if (_received % (size.Width * size.Height * 3) != 0)
            throw new VideoReadException(
                path, $"ffmpeg gave {_received} bytes, which are no whole frames of {size.Width} x {size.Height} pixels", isFinal: false);
        var pixels = whole < count ? _pixels[.._received] : _pixels;
        return new VideoFrames(pixels, whole, size.Width, size.Height);
    }

    private static int Bytes(string path, int count, (int Width, int Height) size)
    {
        var bytes = 3L * size.Width * size.Height * count;
        return bytes <= Array.MaxLength ? (int)bytes
            : throw new VideoReadException(path, $"{count} frames of {size.Width} x {size.Height} pixels do not fit in memory");
    }
}
