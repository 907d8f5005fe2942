using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>
/// Decodes frames of local video files by ffmpeg, one single-threaded process a file, through a pipe of raw frames of which
/// never more than the wanted ones are held. Frames lie on a constant-rate grid, so a variable frame rate needs no care.
/// Long files are sought in where that gives the frames that decoding from end to end gives, and is faster. Thread-safe.
/// </summary>
/// <param name="tools">The programs.</param>
/// <param name="shortSide">Frames come scaled so that their shorter side has this many pixels, or unscaled where it has fewer.</param>
/// <param name="limit">How long one file may take.</param>
public sealed class VideoDecoder(FFMpegTools tools, int shortSide, TimeSpan limit) : IFrameReader
{
    // Starting ffmpeg and seeking cost as much as decoding some hundred small frames.
    private const int SeekSpacing = 64;
    private const double SequentialPixels = 1.5e9;

    private readonly SeekingDecoder _seeking = new(tools, limit);

    /// <inheritdoc/>
    public SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        var full = LocalVideoInput.CheckedFile(path).FullName;
        int[] wanted = [.. indices.Distinct()];
        var size = ScaledSize(info);
        if (!IsShort(info, wanted.Length) && _seeking.Read(full, info, wanted, Scale(info), size, cancellation) is { } sought)
            return new DecodedFrames(sought, "").Arrange(full, indices, wanted);
        return Decode(full, info, wanted.Length, FrameSelect.Filter(wanted), cancellation).Arrange(full, indices, wanted);
    }

    /// <summary>Whether a file is so short that decoding all of it costs little more than a few frames.</summary>
    internal static bool IsShort(VideoInfo info, int frames) => info.FrameCount <= (long)SeekSpacing * frames && IsSmall(info);

    /// <summary>Whether all frames together have few pixels.</summary>
    internal static bool IsSmall(VideoInfo info) => (double)info.FrameCount * info.Width * info.Height <= SequentialPixels;

    /// <summary>Bytes of all of a file's frames.</summary>
    internal long AllBytes(VideoInfo info)
    {
        var (width, height) = ScaledSize(info);
        return 3L * width * height * info.FrameCount;
    }

    /// <summary>Every frame of a file's grid.</summary>
    /// <exception cref="VideoReadException">There is none.</exception>
    internal DecodedFrames ReadAll(string path, VideoInfo info, CancellationToken cancellation)
    {
        var full = LocalVideoInput.CheckedFile(path).FullName;
        var all = Decode(full, info, info.FrameCount, "", cancellation);
        return all.Frames.Count > 0 ? all
            : throw new VideoReadException(
            path, all.Errors.Length > 0 ? $"no frame could be decoded: {all.Errors}" : "no frame could be decoded");
    }

    private DecodedFrames Decode(string path, VideoInfo info, int count, string select, CancellationToken cancellation)
    {
        var filters = $"{Grid(info)},{select}{Renumber},{Scale(info)}";
        string[] arguments =
        [
            .. MediaProcess.FFMpeg, "-threads", "1", "-reinit_filter", "0", .. LocalVideoInput.Of(path, info.IsDeep),
            .. FrameOutput.Arguments(LocalVideoInput.StreamOf(0, info), filters, count),
        ];
        var output = new FrameOutput(path, count, ScaledSize(info));
        try
        {
            var (code, errors) = MediaProcess.Run(tools.FFMpegPath, arguments, output.Read, limit, cancellation);
            var frames = output.Frames(code, errors);
            return new DecodedFrames(frames, code == 0 || errors.Length > 0 ? errors : $"ffmpeg ended with code {code}");
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(path, "decoding", limit);
        }
    }

    /// <summary>
    /// Chosen frames are renumbered at the output's own rate, so that no ffmpeg of any version doubles or drops one to keep time (the
    /// option that forbids it has changed its name).
    /// </summary>
    internal const string Renumber = "settb=1/25,setpts=N";

    /// <summary>The constant-rate grid that indices count on. Without times every frame is one of the grid.</summary>
    internal static string Grid(VideoInfo info) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"setpts={(info.IsUntimed ? $"N/{info.FrameRate:R}/TB" : "PTS-STARTPTS")},fps=fps={info.FrameRate:R}");

    internal string Scale(VideoInfo info) =>
        ScaledSize(info) is var (width, height) ? $"scale={width}:{height}:flags=bicubic,format=rgb24" : "";

    internal (int Width, int Height) ScaledSize(VideoInfo info)
    {
        var side = Math.Min(info.Width, info.Height);
        if (side <= shortSide) return (info.Width, info.Height);
        var factor = (double)shortSide / side;
        return ((int)Math.Round(info.Width * factor), (int)Math.Round(info.Height * factor));
    }
}
