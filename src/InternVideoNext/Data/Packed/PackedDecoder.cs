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
    /// <summary>
    /// Files a process. These are a pipe's bytes to it and not open files as for <see cref="VideoGroupDecoder"/>, and they decode so
    /// fast that its start counts for longer.
    /// </summary>
    public const int MostFiles = 32;

    /// <inheritdoc/>
    public SampledFrames Read(string path, VideoInfo info, IReadOnlyList<int> indices, CancellationToken cancellation)
    {
        SampledFrames? found = null;
        using var file = PackedFrames.Open(new WantedFrames(path, info, indices));
        var (complete, errors) = Decode(
            [file], new byte[checked(file.Wanted.Distinct.Length * FrameBytes(info))], (_, frames) => found = frames, cancellation);
        return complete && found is not null ? found : throw new VideoReadException(
            path, $"ffmpeg gave another number of frames than it was asked for{(errors.Length > 0 ? ": " + errors : "")}", isFinal: false);
    }

    /// <summary>
    /// The wanted frames of several files, each file's as soon as they are there, while they are still in the processor's cache.
    /// </summary>
    /// <param name="videos">Packed files.</param>
    /// <param name="deliver">
    /// Told the place and frames of a file. May be told twice of one. The frames are there only until it returns.
    /// </param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <returns>
    /// The places of the files whose frames are right, the same to the byte as when read alone. That a frame was dropped or made
    /// up is known only at the end: what was told of other files must be forgotten, and they be read by themselves.
    /// </returns>
    public IReadOnlyList<int> Read(IReadOnlyList<WantedFrames> videos, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        var open = videos.Select(TryOpen).ToList();
        try
        {
            // One stream has one size of picture.
            var alike = Enumerable.Range(0, videos.Count).Where(i => open[i] is not null).GroupBy(i => decoder.ScaledSize(videos[i].Info));
            return [.. alike.SelectMany(places => Read([.. places], open, deliver, cancellation))];
        }
        finally
        {
            foreach (var file in open) file?.Dispose();
        }
    }

    // The places among the given ones whose frames are right: all or none.
    private int[] Read(int[] places, List<PackedFrames?> open, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        var files = places.Select(i => open[i]!).ToList();
        var pixels = ArrayPool<byte>.Shared.Rent(checked(files.Max(f => f.Wanted.Distinct.Length) * FrameBytes(files[0].Wanted.Info)));
        try
        {
            var (complete, errors) = Decode(files, pixels, (i, frames) => deliver(places[i], frames), cancellation);
            return complete && errors.Length == 0 ? places : [];
        }
        catch (VideoReadException)
        {
            return []; // Which of them it was shows when they are read one by one.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private static PackedFrames? TryOpen(WantedFrames wanted)
    {
        try
        {
            return PackedFrames.Open(wanted);
        }
        catch (VideoReadException)
        {
            return null; // The reading by itself meets it again, and notes it.
        }
    }

    private (bool Complete, string Errors) Decode(
        List<PackedFrames> files, byte[] pixels, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        var places = new List<int>();
        var decoded = 0;
        foreach (var file in files)
        {
            places.AddRange(file.Places.Select(place => decoded + place));
            decoded += file.Decoded;
        }
        var complete = false;
        try
        {
            var (code, errors) = MediaProcess.Run(
                tools.FFMpegPath, Arguments(files[0].Wanted.Info, places), output => complete = Cut(output, files, pixels, deliver),
                limit * files.Count, cancellation, input => Feed(input, files));
            if (!complete && !VideoReadException.IsOfTheFile(code, errors))
                throw VideoReadException.Of(files[0].Wanted.Path, code, errors);
            return (complete, errors);
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(files[0].Wanted.Path, "decoding", limit);
        }
    }

    private static void Feed(Stream input, List<PackedFrames> files)
    {
        foreach (var file in files) input.Write(file.Stream);
    }

    // Whether there were as many frames as wanted. Each file's take the place of those before.
    private bool Cut(Stream output, List<PackedFrames> files, byte[] pixels, Action<int, SampledFrames> deliver)
    {
        var (width, height) = decoder.ScaledSize(files[0].Wanted.Info);
        for (var i = 0; i < files.Count; i++)
        {
            var wanted = files[i].Wanted;
            var length = wanted.Distinct.Length * FrameBytes(wanted.Info);
            if (output.ReadAtLeast(pixels.AsSpan(0, length), length, throwOnEndOfStream: false) < length) return false;
            deliver(i,
                new SampledFrames(
                new VideoFrames(pixels, wanted.Distinct.Length, width, height),
                [.. wanted.Indices.Select(n => Array.IndexOf(wanted.Distinct, n))]));
        }
        return output.ReadByte() < 0;
    }

    private int FrameBytes(VideoInfo info)
    {
        var (width, height) = decoder.ScaledSize(info);
        return checked(width * height * 3);
    }

    // The stream begins with its parameters, so ffmpeg need not look far into it before it begins.
    private string[] Arguments(VideoInfo info, List<int> places) =>
    [
        .. MediaProcess.FFMpeg, "-probesize", "20000", "-analyzeduration", "0", "-threads", "1",
        "-protocol_whitelist", "pipe", "-f", "h264", "-i", "pipe:0",
        .. FrameOutput.Arguments(
            "0:v:0", $"{FrameSelect.Filter([.. places])}{VideoDecoder.Renumber},{decoder.Scale(info)}", places.Count),
    ];
}
