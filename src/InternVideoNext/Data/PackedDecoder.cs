using System.Buffers;

namespace InternVideoNext.Data;

/// <summary>
/// Decodes packed videos: reads the few byte ranges that the wanted frames need, of many files, and has one ffmpeg process decode
/// them as one stream. The frames are the same to the byte whether files are read together or alone. Thread-safe.
/// </summary>
/// <param name="tools">The programs.</param>
/// <param name="decoder">Whose scaling is used.</param>
/// <param name="limit">How long one file may take; a group may take as long as its files together.</param>
internal sealed class PackedDecoder(FFMpegTools tools, VideoDecoder decoder, TimeSpan limit) : IFrameReader
{
    /// <inheritdoc/>
    public SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        SampledFrames? found = null;
        var errors = Decode([Open(new WantedFrames(path, info, indices))], (_, frames) => found = frames, cancellation);
        return found ?? throw new VideoReadException(path, errors.Length > 0 ? $"not all frames could be decoded: {errors}" : "not all frames could be decoded", isFinal: false);
    }

    /// <inheritdoc cref="VideoGroupDecoder.Read"/>
    public void Read(IReadOnlyList<WantedFrames> videos, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        var open = videos.Select(TryOpen).ToList();
        // One stream has one size of picture.
        foreach (var alike in Enumerable.Range(0, videos.Count).Where(i => open[i] is not null).GroupBy(i => decoder.ScaledSize(videos[i].Info)))
        {
            int[] places = [.. alike];
            try
            {
                Decode([.. places.Select(i => open[i]!.Value)], (i, frames) => deliver(places[i], frames), cancellation);
            }
            catch (VideoReadException)
            {
                // Which of them it was shows when they are read one by one.
            }
        }
    }

    private static (WantedFrames Wanted, PackedVideo Video)? TryOpen(WantedFrames wanted)
    {
        try
        {
            return Open(wanted);
        }
        catch (VideoReadException)
        {
            return null; // The reading by itself meets it again, and notes it.
        }
    }

    private static (WantedFrames Wanted, PackedVideo Video) Open(WantedFrames wanted)
    {
        try
        {
            var video = PackedVideo.Parse(wanted.Path, File.ReadAllBytes(LocalVideoInput.CheckedFile(wanted.Path).FullName));
            return wanted.Distinct[^1] < video.Count ? (wanted, video)
                : throw new VideoReadException(wanted.Path, $"it breaks off: frame {wanted.Distinct[^1]} is wanted, it holds {video.Count}", isFinal: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VideoReadException(wanted.Path, e.Message);
        }
    }

    private string Decode(IReadOnlyList<(WantedFrames Wanted, PackedVideo Video)> files, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        using var stream = new MemoryStream();
        var places = new List<int>();
        var decoded = 0;
        foreach (var (wanted, video) in files) video.Collect(wanted.Distinct, stream, ref decoded, places);
        var (width, height) = decoder.ScaledSize(files[0].Wanted.Info);
        var length = checked(places.Count * width * height * 3);
        // One file's frames are the caller's to keep; those of a group are there only until they are delivered.
        var rented = files.Count > 1 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var pixels = rented ?? new byte[length];
        var received = 0;
        try
        {
            var (_, errors) = MediaProcess.Run(
                tools.FFMpegPath, Arguments(files[0].Wanted.Info, places), output => received = output.ReadAtLeast(pixels.AsSpan(0, length), length, throwOnEndOfStream: false),
                limit * files.Count, cancellation, input => stream.WriteTo(input));
            // A damaged frame may be dropped or made up: only a stream without complaint is cut into files, and one file alone is taken as it is.
            if (received == length && (errors.Length == 0 || files.Count == 1)) Cut(files, new VideoFrames(pixels, places.Count, width, height), deliver);
            return errors;
        }
        catch (TimeoutException)
        {
            throw new VideoReadException(files[0].Wanted.Path, FormattableString.Invariant($"decoding it took longer than {limit.TotalSeconds:0.###} s"));
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void Cut(IReadOnlyList<(WantedFrames Wanted, PackedVideo Video)> files, VideoFrames frames, Action<int, SampledFrames> deliver)
    {
        // All files' frames stay in one array: each clip points to its own.
        var first = 0;
        for (var i = 0; i < files.Count; i++)
        {
            var (wanted, start) = (files[i].Wanted, first);
            deliver(i, new SampledFrames(frames, [.. wanted.Indices.Select(n => start + Array.IndexOf(wanted.Distinct, n))]));
            first += wanted.Distinct.Length;
        }
    }

    // The stream begins with its parameters, so ffmpeg need not look far into it before it begins.
    private string Arguments(VideoInfo info, List<int> places) =>
        "-hide_banner -nostdin -v error -probesize 20000 -analyzeduration 0 -threads 1 -protocol_whitelist pipe -f h264 -i pipe:0 -map 0:v:0 -filter_threads 1 -vf "
        + MediaProcess.Quote($"{FrameSelect.Filter([.. places])}settb=1/25,setpts=N,{decoder.Scale(info)}")
        + FormattableString.Invariant($" -r 25 -frames:v {places.Count} -f rawvideo pipe:1");
}
