using System.Diagnostics;
using System.Globalization;

namespace InternVideoNext.Data;

/// <summary>
/// Reads frames of long files from the key frames before them. Nothing is taken on trust: a frame counts only if its own time says that it
/// is the wanted one of the grid, it comes after a key frame that the decoder itself calls one, and ffmpeg complained of nothing.
/// </summary>
/// <param name="tools">The programs.</param>
/// <param name="limit">How long one file may take.</param>
internal sealed class SeekingDecoder(FFMpegTools tools, TimeSpan limit)
{
    // Starting a process and opening the file cost as much as decoding this many pixels, and never less than a few frames.
    private const double StartPixels = 5.6e6;
    private const int LeastStartFrames = 4;

    /// <summary>The wanted frames, or null where the file must be decoded from its beginning, or that is faster.</summary>
    /// <param name="path">The file's full path.</param>
    /// <param name="info">What is known of it.</param>
    /// <param name="wanted">Frames of its grid, ascending, distinct.</param>
    /// <param name="scale">Filters that make a frame of the grid one of <paramref name="size"/>.</param>
    /// <param name="size">Of the frames as they come.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    public VideoFrames? Read(
        string path, VideoInfo info, int[] wanted, string scale, (int Width, int Height) size, CancellationToken cancellation)
    {
        if (info.Seek is not { } seek || Runs(info, seek, wanted) is not { } runs) return null;
        var frameBytes = 3 * size.Width * size.Height;
        var pixels = new byte[checked(wanted.Length * frameBytes)];
        var (watch, done) = (Stopwatch.StartNew(), 0);
        foreach (var run in runs)
        {
            // A little before the first wanted frame; then, where the container does not lead to a key frame, far enough for one.
            var frames = Read(0) ?? Read(seek.KeyGap + 1);
            if (frames is null) return null;
            frames.Pixels.CopyTo(pixels, done * frameBytes);
            done += frames.Count;

            VideoFrames? Read(double further) =>
                Run(path, info, seek, run, further, scale, size, limit - watch.Elapsed, cancellation);
        }
        return new VideoFrames(pixels, wanted.Length, size.Width, size.Height);
    }

    // Wanted frames that one process reads, since going on is cheaper than seeking anew. Null where decoding all is cheaper still.
    private static List<int[]>? Runs(VideoInfo info, SeekInfo seek, int[] wanted)
    {
        var toKey = seek.KeyDistance * info.FrameRate;
        var start = Math.Max(LeastStartFrames, StartPixels / ((double)info.Width * info.Height));
        var runs = new List<List<int>>();
        var cost = 0.0;
        foreach (var frame in wanted)
        {
            var step = runs.Count > 0 ? frame - runs[^1][^1] : double.MaxValue;
            if (step <= start + toKey) runs[^1].Add(frame);
            else runs.Add([frame]);
            cost += Math.Min(step, start + toKey);
        }
        return cost < wanted[^1] ? [.. runs.Select(r => r.ToArray())] : null;
    }

    private VideoFrames? Run(
        string path, VideoInfo info, SeekInfo seek, int[] wanted, double further, string scale, (int Width, int Height) size,
        TimeSpan left, CancellationToken cancellation)
    {
        // Half a frame early, so that no rounding passes it by. Whoever seeks before the beginning may end up anywhere.
        var time = ((wanted[0] - 0.5) / info.FrameRate) - further;
        string[] to = time <= 0 ? []
            : ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", (seek.StartSeconds + time).ToString("F6", CultureInfo.InvariantCulture)];
        // Nothing before the first key frame; then the grid as from the beginning, on which a frame's time is its index.
        var filters = string.Create(
            CultureInfo.InvariantCulture,
            $"select=st(0\\,max(ld(0)\\,key)),setpts=PTS-({seek.Start}),fps=fps={info.FrameRate:R},trim=end_pts={wanted[^1] + 1},")
            + $"{FrameSelect.Filter(wanted, "pts")}{VideoDecoder.Renumber},{scale}";
        string[] arguments =
        [
            .. MediaProcess.FFMpeg, "-copyts", "-threads", "1", "-reinit_filter", "0", .. to, .. LocalVideoInput.Of(path, info.IsDeep),
            .. FrameOutput.Arguments(LocalVideoInput.StreamOf(0, info), filters, wanted.Length),
        ];
        var output = new FrameOutput(path, wanted.Length, size);
        try
        {
            var (code, errors) = MediaProcess.Run(tools.FFMpegPath, arguments, output.Read, left, cancellation);
            var frames = output.Frames(code, errors);
            return frames.Count == wanted.Length && (errors.Length == 0 || !seek.HasIndex) ? frames : null;
        }
        catch (TimeoutException)
        {
            return null; // Decoding all has the whole limit for itself.
        }
    }
}
