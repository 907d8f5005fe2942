using System.Globalization;
using System.Text;
using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace InternVideoNext.Data;

/// <summary>Asks ffprobe about video files. Thread-safe.</summary>
/// <param name="tools">The programs.</param>
/// <param name="limit">How long one file may take.</param>
public sealed class VideoProbe(FFMpegTools tools, TimeSpan limit)
{
    // A broken time base can claim a million frames a second; no camera in a data set does.
    private const double FastestRate = 240;
    private const double UsualRate = 25;

    /// <summary>Reads what a file tells of its first video stream. One process; two where the file tells no duration.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="VideoReadException">The file is missing, empty, has no video stream, is no video, or took too long.</exception>
    /// <exception cref="FFMpegMissingException">ffprobe cannot be started.</exception>
    public VideoInfo Read(string path, CancellationToken cancellation)
    {
        var full = LocalVideoInput.CheckedFile(path).FullName;
        var media = Parse(path, Ask(full, "-show_format -show_streams", cancellation));
        var stream = media.VideoStreams.OrderBy(s => s.Index).FirstOrDefault()
            ?? throw new VideoReadException(path, "it has no video stream");
        if (stream.Width is not > 0 || stream.Height is not > 0) throw new VideoReadException(
            path, $"its {stream.CodecName} video stream has no size");
        var rate = new[] { stream.AverageFrameRate, stream.RealFrameRate, UsualRate }.First(r => double.IsFinite(r) && r > 0);
        rate = Math.Min(rate, FastestRate);
        var seconds = (stream.Duration > TimeSpan.Zero ? stream.Duration : media.Duration).TotalSeconds;
        var frames = seconds > 0 ? seconds * rate : CountPackets(full, cancellation);
        // ffmpeg turns quarter rotations into a transposed picture when it decodes.
        var upright = Math.Abs((Math.Abs(stream.Rotation) % 180) - 90) > 1;
        return new VideoInfo
        {
            DurationSeconds = seconds,
            FrameRate = rate,
            FrameCount = (int)Math.Clamp(Math.Round(frames), 1, int.MaxValue),
            Width = upright ? stream.Width.Value : stream.Height.Value,
            Height = upright ? stream.Height.Value : stream.Width.Value,
            Codec = stream.CodecName ?? "unknown",
        };
    }

    // Raw streams (.h264, .m2v) have no duration. Their packets are frames, and counting them needs no decoding.
    private long CountPackets(string path, CancellationToken cancellation)
    {
        using var answer = JsonDocument.Parse(Ask(path, "-count_packets -show_entries stream=nb_read_packets", cancellation));
        var text = answer.RootElement.GetProperty("streams")[0].GetProperty("nb_read_packets").GetString();
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
    }

    private string Ask(string path, string question, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var arguments = $"-v error -print_format json -sexagesimal -select_streams V {question} {new LocalVideoInput(path).Text}";
        try
        {
            var (exitCode, errors) = MediaProcess.Run(tools.FFProbePath, arguments, stream => Receive(stream, answer), limit, cancellation);
            if (exitCode != 0) throw new VideoReadException(path, errors.Length > 0 ? errors : $"ffprobe ended with code {exitCode}");
        }
        catch (TimeoutException)
        {
            throw new VideoReadException(
                path, string.Create(CultureInfo.InvariantCulture, $"probing it took longer than {limit.TotalSeconds:0.###} s"));
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private static void Receive(Stream stream, MemoryStream answer)
    {
        answer.SetLength(0);
        stream.CopyTo(answer);
    }

    private static IMediaAnalysis Parse(string path, string json)
    {
        try
        {
            return FFProbe.FromJson(json);
        }
        catch (Exception e) when (e is JsonException or FFMpegException or FormatException)
        {
            throw new VideoReadException(path, $"ffprobe's answer cannot be read: {e.Message}");
        }
    }
}
