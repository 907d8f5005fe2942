using System.Diagnostics;
using System.Globalization;
using FFMpegCore;

namespace InternVideoNext.Data;

/// <summary>
/// Decodes frames of local video files by ffmpeg, one single-threaded process a file, through a pipe of raw frames of which
/// never more than the wanted ones are held. Frames lie on a constant-rate grid, so a variable frame rate needs no care.
/// Long files are decoded by one seek a frame instead of from end to end. Thread-safe.
/// </summary>
/// <param name="tools">The programs.</param>
/// <param name="shortSide">Frames come scaled so that their shorter side has this many pixels, or unscaled where it has fewer.</param>
/// <param name="limit">How long one file may take.</param>
public sealed class VideoDecoder(FFMpegTools tools, int shortSide, TimeSpan limit) : IFrameReader
{
    // Starting ffmpeg and seeking cost as much as decoding some hundred small frames.
    private const int SeekSpacing = 64;
    private const double SequentialPixels = 1.5e9;

    /// <inheritdoc/>
    public SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        var full = LocalVideoInput.CheckedFile(path).FullName;
        if (!IsSequential(info, indices.Count)) return ReadBySeeking(full, info, indices, cancellation);
        int[] wanted = [.. indices.Distinct()];
        var decoded = Decode(full, info, wanted.Length, FrameSelect.Filter(wanted), "", limit, cancellation);
        if (decoded.Frames.Count == 0) return ReadAll(full, info, cancellation).Choose(full, indices);
        return decoded.Arrange(full, indices, wanted);
    }

    /// <summary>Whether a file is decoded from end to end, so that all of its frames cost little more than a few.</summary>
    internal static bool IsSequential(VideoInfo info, int frames) =>
        info.FrameCount <= (long)SeekSpacing * frames && (double)info.FrameCount * info.Width * info.Height <= SequentialPixels;

    /// <summary>Bytes of all of a file's frames.</summary>
    internal long AllBytes(VideoInfo info)
    {
        var (width, height) = ScaledSize(info);
        return 3L * width * height * info.FrameCount;
    }

    /// <summary>Every frame of a file's grid.</summary>
    internal DecodedFrames ReadAll(string path, VideoInfo info, CancellationToken cancellation)
    {
        var all = Decode(LocalVideoInput.CheckedFile(path).FullName, info, info.FrameCount, "", "", limit, cancellation);
        return all.Frames.Count > 0 ? all
            : throw new VideoReadException(
            path, all.Errors.Length > 0 ? $"no frame could be decoded: {all.Errors}" : "no frame could be decoded");
    }

    private SampledFrames ReadBySeeking(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var (width, height) = ScaledSize(info);
        var pixels = new List<byte>(indices.Count * width * height * 3);
        var positions = new int[indices.Count];
        var found = 0;
        var errors = "";
        for (var i = 0; i < indices.Count; i++)
        {
            // Half a frame early: the first frame at or after that time is the wanted one.
            var time = string.Create(CultureInfo.InvariantCulture, $" -ss {Math.Max(0, indices[i] - 0.5) / info.FrameRate:F6}");
            var one = Decode(path, info, 1, "", time, limit - watch.Elapsed, cancellation);
            if (one.Frames.Count > 0) found++;
            else if (one.Errors.Length > 0) errors = one.Errors;
            pixels.AddRange(one.Frames.Pixels);
            positions[i] = Math.Max(0, found - 1);
        }
        if (found == 0) throw new VideoReadException(
            path, errors.Length > 0 ? $"no frame could be decoded: {errors}" : "no frame could be decoded");
        if (errors.Length > 0) throw new VideoReadException(
            path, $"only {found} of {indices.Count} frames could be decoded: {errors}", isFinal: false);
        return new SampledFrames(new VideoFrames([.. pixels], found, width, height), positions);
    }

    private DecodedFrames Decode(
        string path, VideoInfo info, int count, string select, string seek, TimeSpan left, CancellationToken cancellation)
    {
        var (width, height) = ScaledSize(info);
        var bytes = 3L * width * height * count;
        if (bytes > Array.MaxLength) throw new VideoReadException(
            path, $"{count} frames of {width} x {height} pixels do not fit in memory");
        var pixels = new byte[bytes];
        var received = 0;
        try
        {
            var (exitCode, errors) = MediaProcess.Run(
                tools.FFMpegPath, Arguments(path, info, count, select, seek),
                    stream => received = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false), left, cancellation);
            if (exitCode != 0 && errors.Length == 0) errors = $"ffmpeg ended with code {exitCode}";
            var whole = received / (width * height * 3);
            if (whole < count) Array.Resize(ref pixels, whole * width * height * 3);
            return new DecodedFrames(new VideoFrames(pixels, whole, width, height), errors);
        }
        catch (TimeoutException)
        {
            throw new VideoReadException(
                path, string.Create(CultureInfo.InvariantCulture, $"decoding it took longer than {limit.TotalSeconds:0.###} s"));
        }
    }

    private string Arguments(string path, VideoInfo info, int count, string select, string seek)
    {
        // The chosen frames are renumbered at the output's own rate, so that no ffmpeg of any version doubles or drops one to
        // keep time (the option that forbids it has changed its name).
        var filters = $"{Grid(info)},{select}settb=1/25,setpts=N,{Scale(info)}";
        return FFMpegArguments
            .FromInput(
                new LocalVideoInput(path),
                options => options.WithCustomArgument($"-hide_banner -nostdin -v error -threads 1 -reinit_filter 0{seek}"))
            .OutputToUrl("pipe:1", options => options
                .WithCustomArgument(
                    $"-map 0:V:0 -an -sn -dn -filter_threads 1 -vf {MediaProcess.Quote(filters)} -r 25 -frames:v {count} -f rawvideo"))
            .Arguments;
    }

    // The constant-rate grid that indices count on.
    internal static string Grid(VideoInfo info) =>
        string.Create(CultureInfo.InvariantCulture, $"setpts=PTS-STARTPTS,fps=fps={info.FrameRate:R}");

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
