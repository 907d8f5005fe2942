namespace InternVideoNext.Data;

/// <summary>
/// Decodes several videos in one ffmpeg process: starting one costs as much as decoding a third of a ten-second video, and more
/// than all of a short one.
/// </summary>
/// <param name="tools">The programs.</param>
/// <param name="decoder">Whose grid and scaling are used: the frames are the same to the byte.</param>
/// <param name="limit">How long one file may take; a group may take as long as its files together.</param>
internal sealed class VideoGroupDecoder(FFMpegTools tools, VideoDecoder decoder, TimeSpan limit)
{
    /// <summary>Files a process: by then its start hardly counts, and its open files and memory stay few.</summary>
    public const int MostFiles = 16;

    /// <summary>Every frame of every file's grid.</summary>
    /// <param name="videos">Files of one scaled size, at most <see cref="MostFiles"/>.</param>
    /// <param name="cancellation">Ends the decoding.</param>
    /// <returns>In the files' order; null if any of them does not give exactly the frames that its index entry says.</returns>
    public IReadOnlyList<DecodedFrames>? ReadAll(IReadOnlyList<(string Path, VideoInfo Info)> videos, CancellationToken cancellation)
    {
        var sizes = videos.Select(v => checked((int)decoder.AllBytes(v.Info))).ToList();
        if (sizes.Sum(s => (long)s) > Array.MaxLength / 4) return null;
        var pixels = new byte[sizes.Sum()];
        var received = 0;
        try
        {
            var goesOn = false;
            var (exitCode, errors) = MediaProcess.Run(tools.FFMpegPath, Arguments(videos), stream =>
            {
                received = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false);
                goesOn = received == pixels.Length && stream.ReadByte() >= 0;
            }, limit * videos.Count, cancellation);
            return exitCode == 0 && errors.Length == 0 && received == pixels.Length && !goesOn ? Split(pixels, videos, sizes) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// The wanted frames of several files: decoded from end to end, and only those scaled, converted and sent. Files of different
    /// sizes are padded to one on the way.
    /// </summary>
    /// <param name="videos">Files that are <see cref="VideoDecoder.IsShort"/>, at most <see cref="MostFiles"/>.</param>
    /// <param name="deliver">
    /// Told, in order, the place and frames of each file that gave all of them, the same to the byte as the single decoder's. A
    /// file it is not told of must be read by itself, which finds what is wrong with it. May be told twice of one. The frames are there
    /// only until it returns.
    /// </param>
    /// <param name="cancellation">Ends the decoding.</param>
    public void Read(IReadOnlyList<WantedFrames> videos, Action<int, SampledFrames> deliver, CancellationToken cancellation)
    {
        var sizes = videos.Select(v => decoder.ScaledSize(v.Info)).ToList();
        var (width, height) = (sizes.Max(s => s.Width), sizes.Max(s => s.Height));
        var files = videos.Select((v, i) => (v.Distinct.Length, sizes[i].Width, sizes[i].Height)).ToList();
        var parser = new FrameParser(width, height);
        try
        {
            MediaProcess.Run(
                tools.FFMpegPath, SelectArguments(videos, sizes, width, height), stream => parser.Read(stream, files, Deliver),
                limit * videos.Count, cancellation);
        }
        catch (Exception e) when (e is TimeoutException or VideoReadException)
        {
            // A hanging or vanished file: those not delivered are read one by one, each with its own limit.
        }

        void Deliver(int i, VideoFrames frames) =>
            deliver(i, new SampledFrames(frames, [.. videos[i].Indices.Select(n => Array.IndexOf(videos[i].Distinct, n))]));
    }

    private string[] SelectArguments(IReadOnlyList<WantedFrames> videos, List<(int Width, int Height)> sizes, int width, int height)
    {
        var chains = videos.Select((v, i) =>
        {
            var pad = sizes[i] == (width, height) ? "" : FormattableString.Invariant($",pad={width}:{height}:0:0");
            return $"[{LocalVideoInput.StreamOf(i, v.Info)}]{VideoDecoder.Grid(v.Info)},trim=end_frame={v.Distinct[^1] + 1},"
                + $"{FrameSelect.Filter(v.Distinct)}{VideoDecoder.Renumber},{decoder.Scale(v.Info)},setsar=1{pad}[v{i}]";
        });
        var markers = videos.Select((_, i) =>
            FormattableString.Invariant(
                $"color=c={FrameParser.MarkerColour}:s={width}x{height}:r=25,trim=end_frame=1,format=rgb24,setsar=1[m{i}]"));
        var joined = $"{string.Concat(videos.Select((_, i) => $"[v{i}][m{i}]"))}concat=n="
            + $"{2 * videos.Count}:v=1:a=0,settb=1/25,setpts=N[all]";
        return
        [
            .. MediaProcess.FFMpeg, .. Inputs(videos.Select(v => (v.Path, v.Info)), ["-reinit_filter", "0"]),
            .. Output(string.Join(';', chains.Concat(markers).Append(joined))),
        ];
    }

    private string[] Arguments(IReadOnlyList<(string Path, VideoInfo Info)> videos)
    {
        // Each file is cut to the frames it should have and none is doubled (ffmpeg before 5.1 lacks the option: its files are
        // then read one by one), so the total is right only if every file is.
        var chains = videos.Select((v, i) =>
            $"[{LocalVideoInput.StreamOf(i, v.Info)}]{VideoDecoder.Grid(v.Info)},trim=end_frame={v.Info.FrameCount},"
                + $"{VideoDecoder.Renumber},{decoder.Scale(v.Info)},setsar=1[v{i}]");
        var joined = $"{string.Concat(videos.Select((_, i) => $"[v{i}]"))}concat=n={videos.Count}:v=1:a=0,settb=1/25,setpts=N[all]";
        return [.. MediaProcess.FFMpeg, .. Inputs(videos, []), .. Output(string.Join(';', chains.Append(joined)))];
    }

    private static IEnumerable<string> Inputs(IEnumerable<(string Path, VideoInfo Info)> videos, string[] options) =>
        videos.SelectMany(IEnumerable<string> (v) =>
            ["-threads", "1", .. options, .. LocalVideoInput.Of(LocalVideoInput.CheckedFile(v.Path).FullName, v.Info.IsDeep)]);

    private static string[] Output(string graph) =>
    [
        "-filter_complex_threads", "1", "-filter_complex", graph, "-map", "[all]", "-fps_mode", "passthrough", "-enc_time_base", "1:25",
        "-f", "rawvideo", "pipe:1",
    ];

    private DecodedFrames[] Split(byte[] pixels, IReadOnlyList<(string Path, VideoInfo Info)> videos, List<int> sizes)
    {
        var split = new DecodedFrames[videos.Count];
        var offset = 0;
        for (var i = 0; i < split.Length; i++)
        {
            var (width, height) = decoder.ScaledSize(videos[i].Info);
            split[i] = new DecodedFrames(
                new VideoFrames(pixels[offset..(offset + sizes[i])], videos[i].Info.FrameCount, width, height), "");
            offset += sizes[i];
        }
        return split;
    }
}

/// <summary>Frames wanted of one file.</summary>
/// <param name="Path">A local file.</param>
/// <param name="Info">What is known of it.</param>
/// <param name="Indices">Wanted frames, ascending, each in 0..FrameCount-1; may repeat.</param>
internal sealed record WantedFrames(string Path, VideoInfo Info, IReadOnlyList<int> Indices)
{
    /// <summary>The wanted frames without repetition.</summary>
    public int[] Distinct { get; } = [.. Indices.Distinct()];
}
