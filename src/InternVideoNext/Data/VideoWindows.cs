using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>Windows that slide over a video: their length and the distance of their starts.</summary>
/// <param name="Seconds">Length of a window.</param>
/// <param name="Stride">Seconds from one start to the next.</param>
public sealed record SlidingWindow(double Seconds, double Stride)
{
    /// <exception cref="ConfigurationException">A length is not positive and finite.</exception>
    public void Validate() => new ConfigCheck("window").Positive("seconds", Seconds).Positive("stride", Stride).ThrowIfAny();
}

/// <summary>One window of a video.</summary>
/// <param name="Start">Seconds from the video's start.</param>
/// <param name="End">Seconds from the video's start.</param>
/// <param name="Frames">T ascending indices on the video's grid of frames.</param>
public sealed record VideoWindow(double Start, double End, IReadOnlyList<int> Frames)
{
    /// <summary>The windows of a video, in order of time; together they cover it, so the last one ends with it.</summary>
    /// <param name="info">The video.</param>
    /// <param name="samples">T, frames of each: the middles of as many equal parts.</param>
    /// <param name="sliding">Their length and distance; null for one window over the whole video. A shorter video has one too.</param>
    /// <param name="segment">The part of the video that is meant; null for all of it.</param>
    public static IReadOnlyList<VideoWindow> Over(VideoInfo info, int samples, SlidingWindow? sliding, ClipSegment? segment = null)
    {
        var (first, count) = segment?.In(info.FrameCount, info.FrameRate) ?? (0, info.FrameCount);
        if (count == 0) return [];
        if (sliding is null) return [At(info, first, count, samples)];
        var length = Math.Min(Frames(sliding.Seconds), count);
        var (step, last) = (Frames(sliding.Stride), count - length);
        var starts = Enumerable.Range(0, (last + step - 1) / step).Select(i => i * step).Append(last).Select(start => first + start);
        return [.. starts.Select(start => At(info, start, length, samples))];

        int Frames(double seconds) => (int)Math.Clamp(Math.Round(seconds * info.FrameRate), 1, int.MaxValue / 2);
    }

    private static VideoWindow At(VideoInfo info, int start, int length, int samples) => new(
        start / info.FrameRate, (start + length) / info.FrameRate,
        [.. FrameSampling.Middles(length, samples).Select(frame => start + frame)]);
}

/// <summary>Reads windows of video files, without augmentation: the centre crop.</summary>
/// <param name="config">Frames, size and the limit of time of a file.</param>
/// <param name="tools">ffmpeg and ffprobe.</param>
/// <param name="cacheFolder">Where the index of probed files is kept; null keeps it in memory.</param>
/// <param name="scanned">An index that a scan of the data set has written; null for none.</param>
public sealed class WindowReader(DataConfig config, FFMpegTools tools, string? cacheFolder = null, string? scanned = null)
{
    private const double DecodedMargin = 1.25;

    // Frames decoded at once: a file is decoded anew for every so many.
    private const long MostBytes = 256L << 20;

    private readonly VideoDecoder _decoder = new(
        tools, (int)Math.Ceiling(config.Size * DecodedMargin), TimeSpan.FromSeconds(config.FileTimeoutSeconds));
    private readonly FrameCounter _counter = new(tools, TimeSpan.FromSeconds(config.FileTimeoutSeconds));
    private readonly Dictionary<string, string> _damaged = new(StringComparer.Ordinal);
    private readonly VideoIndex _index = new(
        new VideoProbe(tools, TimeSpan.FromSeconds(config.FileTimeoutSeconds)), cacheFolder, scanned);

    /// <summary>The files of which the part that decodes was used, with how much that is, by path.</summary>
    public IReadOnlyDictionary<string, string> Damaged => _damaged;

    /// <summary>The windows of a file, in order of time, a few at a time.</summary>
    /// <param name="path">A video file.</param>
    /// <param name="sliding">As for <see cref="VideoWindow.Over"/>.</param>
    /// <param name="batchSize">Windows at a time.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="segment">The part of the video that is meant; null for all of it.</param>
    /// <returns>
    /// Windows and their clips, [B, 3, T, S, S] float32 on the CPU, ImageNet mean/std normalised, outside every dispose scope; the caller
    /// disposes them.
    /// </returns>
    /// <exception cref="VideoReadException">While reading: the file cannot be read as a video.</exception>
    public IEnumerable<(IReadOnlyList<VideoWindow> Windows, Tensor Clips)> Read(
        string path, SlidingWindow? sliding, int batchSize, CancellationToken cancellation, ClipSegment? segment = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        var info = _index.Of(path, cancellation);
        if (info.DecodedFrames is { } fewer) info = info with { FrameCount = fewer };
        var (width, height) = _decoder.ScaledSize(info);
        var together = (int)Math.Clamp(MostBytes / (3L * width * height * config.Frames), 1, 1 << 16);
        for (var done = 0; ;)
        {
            // Those done already are the first of a shorter file's too.
            var decoded = VideoWindow.Over(info, config.Frames, sliding, segment).Skip(done).Take(together).ToArray();
            if (decoded.Length == 0 && done == 0) throw new VideoReadException(path, $"segment {segment} begins after its end");
            if (decoded.Length == 0) break;
            int[] indices = [.. decoded.SelectMany(window => window.Frames).Distinct().Order()];
            (var found, info) = Frames(path, info, indices, cancellation);
            if (info.Damage is { } damage) _damaged[path] = damage;
            if (found is not { } frames) continue;
            done += decoded.Length;
            var place = indices.Select((frame, i) => (frame, frames.Positions[i])).ToDictionary(pair => pair.frame, pair => pair.Item2);
            foreach (var batch in decoded.Chunk(batchSize))
                yield return (batch, Clips(batch, window => new SampledFrames(frames.Frames, [.. window.Frames.Select(f => place[f])])));
        }
        _index.Save();
    }

    // Null, and how many frames there are, where some of the wanted ones are not there.
    private (SampledFrames? Frames, VideoInfo Info) Frames(string path, VideoInfo info, int[] indices, CancellationToken cancellation)
    {
        IFrameReader reader = PackedVideo.Is(path)
            ? new PackedDecoder(tools, _decoder, TimeSpan.FromSeconds(config.FileTimeoutSeconds)) : _decoder;
        try
        {
            return (reader.Read(path, info, indices, cancellation), info);
        }
        catch (MissingFramesException e)
        {
            var shorter = _counter.Shortened(path, info, indices[^1], e, cancellation);
            _index.Correct(path, shorter);
            return (null, shorter with { FrameCount = shorter.DecodedFrames!.Value });
        }
    }

    private Tensor Clips(VideoWindow[] windows, Func<VideoWindow, SampledFrames> framesOf)
    {
        var values = new float[windows.Length * 3 * config.Frames * config.Size * config.Size];
        var one = values.Length / windows.Length;
        for (var i = 0; i < windows.Length; i++)
        {
            var frames = framesOf(windows[i]);
            ClipResampler.Write(
                frames, ClipAugmentation.Centre(frames.Frames.Width, frames.Frames.Height), config.Size, values.AsSpan(i * one, one));
        }
        return tensor(values, [windows.Length, 3, config.Frames, config.Size, config.Size]).DetachFromDisposeScope();
    }
}
