using System.Globalization;
using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace InternVideoNext.Data;

/// <summary>Asks ffprobe about video files. Thread-safe.</summary>
/// <param name="tools">The programs.</param>
/// <param name="limit">How long one question about one file may take.</param>
public sealed class VideoProbe(FFMpegTools tools, TimeSpan limit)
{
    // A broken time base can claim a million frames a second; no camera in a data set does.
    private const double FastestRate = 240;
    private const double UsualRate = 25;

    // Files for which seeking may pay; only of these the key frames are looked up.
    private const int LongFrames = 512;

    /// <summary>
    /// Reads what a file tells of its video stream. One process for most files; one more, which reads all of it but decodes nothing, where
    /// the stream tells no duration or is long, and one that decodes the first frame where it can be sought in.
    /// </summary>
    /// <param name="path">A local file.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="VideoReadException">The file is missing, empty, has no video stream, is no video, or took too long.</exception>
    /// <exception cref="FFMpegMissingException">ffprobe cannot be started.</exception>
    public VideoInfo Read(string path, CancellationToken cancellation)
    {
        var full = LocalVideoInput.CheckedFile(path).FullName;
        var isDeep = false;
        var answer = Describe(full, isDeep, cancellation);
        if (answer.Best is not { HasSizeAndRate: true })
        {
            var deep = Describe(full, isDeep: true, cancellation);
            if (deep.Best is not null) (answer, isDeep) = (deep, true);
        }
        var stream = answer.Best ?? throw new VideoReadException(path, "it has no video stream");
        if (answer.NeedsFrameCounts)
        {
            string[] counts = ["-count_packets", "-show_entries", "stream=index,nb_read_packets"];
            Ask(full, isDeep, "V", counts, answer.TakeFrameCounts, cancellation);
            stream = answer.Best!;
        }
        if (stream.Width is not > 0 || stream.Height is not > 0)
            throw new VideoReadException(path, $"its {stream.Codec} video stream has no size");
        var info = new VideoInfo
        {
            DurationSeconds = stream.Seconds,
            FrameRate = Math.Min(double.IsFinite(stream.Rate) && stream.Rate > 0 ? stream.Rate : UsualRate, FastestRate),
            FrameCount = 1,
            Width = stream.IsUpright ? stream.Width.Value : stream.Height.Value,
            Height = stream.IsUpright ? stream.Height.Value : stream.Width.Value,
            Codec = stream.Codec,
            Stream = stream.Index,
            IsDeep = isDeep,
        };
        info = info with { FrameCount = Frames(info.DurationSeconds * info.FrameRate) };
        return stream.Seconds > 0 && !IsLong(info) ? info : WithPackets(full, info, stream, cancellation);
    }

    private static bool IsLong(VideoInfo info) => info.FrameCount > LongFrames || !VideoDecoder.IsSmall(info);

    private VideoInfo WithPackets(string path, VideoInfo info, VideoStreamAnswer stream, CancellationToken cancellation)
    {
        var packets = new PacketTimes();
        Ask(
            path, info.IsDeep, stream.Index.ToString(CultureInfo.InvariantCulture),
            ["-show_entries", "packet=pts,dts,duration,flags", "-of", "compact=p=0:nk=1"], packets.Read, cancellation);
        if (packets.Count == 0) throw new VideoReadException(path, $"its {info.Codec} video stream holds no data");
        // The packets of raw streams (.h264, .m2v) are frames, and their times are made up.
        if (stream.IsRaw)
            return info with { FrameCount = packets.Count, DurationSeconds = packets.Count / info.FrameRate, IsUntimed = true };
        var seconds = packets.Span(1 / info.FrameRate / stream.TickSeconds) * stream.TickSeconds;
        if (seconds > 0) info = info with { DurationSeconds = seconds, FrameCount = Frames(seconds * info.FrameRate) };
        if (!IsLong(info) || !packets.IsSound(stream.TickSeconds, stream.TellsDecoding)) return info;
        return FirstFrame(path, info, cancellation) is not { } start ? info : info with
        {
            Seek = new SeekInfo(
                start, start * stream.TickSeconds, packets.KeyDistance * stream.TickSeconds, packets.KeyGap * stream.TickSeconds,
                stream.HasIndex),
        };
    }

    // The time that sampling counts from: the first frame's that comes out of the decoder, not the first packet's that goes in.
    private long? FirstFrame(string path, VideoInfo info, CancellationToken cancellation)
    {
        long? first = null;
        string[] arguments =
        [
            .. MediaProcess.FFMpeg, "-threads", "1", "-copyts", .. LocalVideoInput.Of(path, info.IsDeep),
            "-map", LocalVideoInput.StreamOf(0, info), "-vf", "metadata=mode=add:key=first:value=1,metadata=mode=print:file=-",
            "-frames:v", "1", "-f", "null", "-",
        ];
        try
        {
            MediaProcess.Run(tools.FFMpegPath, arguments, Foundation.ChildProcess.EachLine(line =>
            {
                // frame:0    pts:133200  pts_time:1.48
                if (first is null && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var pts, ..]
                    && pts.StartsWith("pts:", StringComparison.Ordinal)
                    && long.TryParse(pts.AsSpan(4), CultureInfo.InvariantCulture, out var time)) first = time;
            }), limit, cancellation);
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(path, "probing", limit);
        }
        return first;
    }

    private VideoStreamAnswers Describe(string path, bool isDeep, CancellationToken cancellation)
    {
        var json = "";
        Ask(
            path, isDeep, "V", ["-print_format", "json", "-sexagesimal", "-show_format", "-show_streams"],
            reader => json = reader.ReadToEnd(), cancellation);
        try
        {
            return new VideoStreamAnswers(FFProbe.FromJson(json), json);
        }
        catch (Exception e) when (e is JsonException or FFMpegException or FormatException)
        {
            throw new VideoReadException(path, $"ffprobe's answer cannot be read: {e.Message}");
        }
    }

    private void Ask(
        string path, bool isDeep, string streams, IReadOnlyList<string> question, Action<StreamReader> read,
        CancellationToken cancellation)
    {
        string[] arguments = ["-v", "error", "-select_streams", streams, .. question, .. LocalVideoInput.Of(path, isDeep)];
        try
        {
            var (code, errors) = MediaProcess.Run(tools.FFProbePath, arguments, Read, limit, cancellation);
            if (code != 0) throw VideoReadException.Of(path, code, errors.Length > 0 ? errors : $"ffprobe ended with code {code}");
        }
        catch (TimeoutException)
        {
            throw VideoReadException.TookTooLong(path, "probing", limit);
        }

        void Read(Stream stream)
        {
            using var reader = new StreamReader(stream, leaveOpen: true);
            read(reader);
        }
    }

    private static int Frames(double frames) => (int)Math.Clamp(Math.Round(frames), 1, int.MaxValue);
}
