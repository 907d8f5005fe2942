using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>Counts a file's frames by decoding it from end to end, on the grid that sampling counts on. Thread-safe.</summary>
/// <param name="tools">The programs.</param>
/// <param name="limit">How long one file may take.</param>
internal sealed class FrameCounter(FFMpegTools tools, TimeSpan limit)
{
    /// <summary>How many frames there are, and what ffmpeg complained of.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="info">What is known of it.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="VideoReadException">It gives no frame, or took too long.</exception>
    public (int Frames, string Errors) Count(string path, VideoInfo info, CancellationToken cancellation)
    {
        string[] arguments =
        [
            .. MediaProcess.FFMpeg, "-threads", "1", .. LocalVideoInput.Of(LocalVideoInput.CheckedFile(path).FullName, info.IsDeep),
            "-map", LocalVideoInput.StreamOf(0, info), "-vf", VideoDecoder.Grid(info), "-f", "null", "-", "-progress", "pipe:1", "-nostats",
        ];
        var frames = 0;
        try
        {
            var (code, errors) = MediaProcess.Run(tools.FFMpegPath, arguments, stream => frames = LastCount(stream), limit, cancellation);
            if (!VideoReadException.IsOfTheFile(code, errors)) throw VideoReadException.Of(path, code, errors);
            return frames > 0 ? (frames, errors)
                : throw new VideoReadException(path, $"no frame could be decoded{(errors.Length > 0 ? ": " + errors : "")}");
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(path, "decoding", limit);
        }
    }

    /// <summary>What is known of a file once frames that it should have were not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="info">What was known of it.</param>
    /// <param name="last">The last frame that was wanted.</param>
    /// <param name="error">What was not there.</param>
    /// <param name="cancellation">Ends the counting.</param>
    /// <exception cref="VideoReadException">They are there after all, or there is no frame, or counting took too long.</exception>
    public VideoInfo Shortened(string path, VideoInfo info, int last, MissingFramesException error, CancellationToken cancellation)
    {
        var (count, errors) = error.Decodes is { } known ? (known, error.Errors) : Count(path, info, cancellation);
        if (count > last)
            throw new VideoReadException(
                path, $"ffmpeg gave another number of frames than it was asked for: {error.Reason}", isFinal: false);
        return info with
        {
            DecodedFrames = count,
            Damage = Counted(info, count, errors.Length > 0 ? errors : error.Errors).Damage,
        };
    }

    /// <summary>An entry of the file with its true count, and with its damage where ffmpeg complained of a part that is missing.</summary>
    public static VideoInfo Counted(VideoInfo info, int frames, string errors) =>
        errors.Length == 0 || frames >= info.FrameCount - 1 ? info with { FrameCount = frames, DecodedFrames = null, Damage = null }
        : info with { FrameCount = frames, DecodedFrames = null, Damage = DamageOf(frames, info.FrameCount, errors) };

    /// <summary>How much of a damaged file is used.</summary>
    public static string DamageOf(int frames, int expected, string errors) =>
        string.Create(CultureInfo.InvariantCulture, $"damaged, used: {frames} of {expected} frames decode: {errors}");

    private static int LastCount(Stream progress)
    {
        var frames = 0;
        using var reader = new StreamReader(progress, leaveOpen: true);
        while (reader.ReadLine() is { } line)
            if (line.StartsWith("frame=", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(6), CultureInfo.InvariantCulture, out var count)) frames = count;
        return frames;
    }
}
