using FFMpegCore;

namespace InternVideoNext.Data;

/// <summary>Decodes several short videos of one scaled size in one ffmpeg process: starting one costs more than decoding such a video.</summary>
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
            var (exitCode, errors) = MediaProcess.Run(
                tools.FFMpegPath, Arguments(videos), stream => received = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false), limit * videos.Count, cancellation);
            return exitCode == 0 && errors.Length == 0 && received == pixels.Length ? Split(pixels, videos, sizes) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private string Arguments(IReadOnlyList<(string Path, VideoInfo Info)> videos)
    {
        // Each file is cut to the frames it should have and none is doubled (ffmpeg before 5.1 lacks the option: its files are
        // then read one by one), so the total is right only if every file is.
        var chains = videos.Select((v, i) =>
            $"[{i}:V:0]{VideoDecoder.Grid(v.Info)},trim=end_frame={v.Info.FrameCount},settb=1/25,setpts=N,{decoder.Scale(v.Info)},setsar=1[v{i}]");
        var joined = $"{string.Concat(videos.Select((_, i) => $"[v{i}]"))}concat=n={videos.Count}:v=1:a=0,settb=1/25,setpts=N[all]";
        return FFMpegArguments
            .FromInput(new LocalVideoInput([.. videos.Select(v => LocalVideoInput.CheckedFile(v.Path).FullName)]), options => options.WithCustomArgument("-hide_banner -nostdin -v error -threads 1"))
            .OutputToUrl("pipe:1", options => options
                .WithCustomArgument($"-filter_complex_threads 1 -filter_complex {MediaProcess.Quote(string.Join(';', chains.Append(joined)))} -map [all] -fps_mode passthrough -enc_time_base 1:25 -f rawvideo"))
            .Arguments;
    }

    private DecodedFrames[] Split(byte[] pixels, IReadOnlyList<(string Path, VideoInfo Info)> videos, List<int> sizes)
    {
        var split = new DecodedFrames[videos.Count];
        var offset = 0;
        for (var i = 0; i < split.Length; i++)
        {
            var (width, height) = decoder.ScaledSize(videos[i].Info);
            split[i] = new DecodedFrames(new VideoFrames(pixels[offset..(offset + sizes[i])], videos[i].Info.FrameCount, width, height), "");
            offset += sizes[i];
        }
        return split;
    }
}
