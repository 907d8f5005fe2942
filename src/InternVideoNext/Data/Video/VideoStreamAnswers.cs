using System.Globalization;
using System.Text.Json;
using FFMpegCore;

namespace InternVideoNext.Data;

/// <summary>ffprobe's answer about a file's video streams, and which of them is the video.</summary>
internal sealed class VideoStreamAnswers
{
    private List<VideoStreamAnswer> _streams = [];

    /// <summary>Takes the answer; attached pictures were not asked for.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public VideoStreamAnswers(IMediaAnalysis media, string json)
    {
        using var answer = JsonDocument.Parse(json);
        var format = answer.RootElement.GetProperty("format");
        if (!answer.RootElement.TryGetProperty("streams", out var streams)) return;
        var container = Text(format, "format_name") ?? "";
        var isAlone = format.TryGetProperty("nb_streams", out var count) && count.TryGetInt32(out var number) && number == 1
            && Seconds(Text(format, "start_time")) is >= 0 and < 1e-3;
        foreach (var stream in streams.EnumerateArray())
        {
            if (media.VideoStreams.FirstOrDefault(v => v.Index == stream.GetProperty("index").GetInt32()) is { } video)
                _streams.Add(VideoStreamAnswer.Of(video, stream, container, isAlone ? media.Duration : TimeSpan.Zero));
        }
    }

    /// <summary>
    /// The video: no still where there is another; then the default one, the largest, the longest, the first. Null: there is none.
    /// </summary>
    public VideoStreamAnswer? Best =>
        _streams.OrderBy(s => s.IsStill).ThenByDescending(s => s.IsDefault).ThenByDescending(s => (long)(s.Width ?? 0) * (s.Height ?? 0))
            .ThenByDescending(s => s.Seconds).ThenBy(s => s.Index).FirstOrDefault();

    /// <summary>Whether there are several, some of which may be stills without saying so.</summary>
    public bool NeedsFrameCounts => _streams.Count > 1 && _streams.Any(s => s.Frames is null && !s.IsStill);

    /// <summary>Takes the counts of each stream's packets.</summary>
    public void TakeFrameCounts(StreamReader answer)
    {
        // stream|index=0|nb_read_packets=12, by ffprobe's own format.
        var counts = new Dictionary<int, int>();
        int? index = null;
        while (answer.ReadLine() is { } line)
        {
            if (line.Split('=') is not [var name, var value]) continue;
            if (!int.TryParse(value, CultureInfo.InvariantCulture, out var number)) continue;
            if (name == "index") index = number;
            else if (name == "nb_read_packets" && index is { } stream) counts[stream] = number;
        }
        _streams = [.. _streams.Select(s => counts.TryGetValue(s.Index, out var frames) ? s with { Frames = frames } : s)];
    }

    internal static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : null;

    // Sexagesimal, as ffprobe was asked to write times: 0:01:10.000000.
    internal static double? Seconds(string? text)
    {
        if (text is null) return null;
        var sum = 0.0;
        foreach (var part in text.TrimStart('-').Split(':'))
        {
            if (!double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return null;
            sum = (sum * 60) + value;
        }
        return text.StartsWith('-') ? -sum : sum;
    }
}

/// <summary>One video stream as ffprobe describes it.</summary>
internal sealed record VideoStreamAnswer
{
    private static readonly string[] Raw =
    [
        "av1", "avs2", "avs3", "cavsvideo", "dirac", "dnxhd", "evc", "h261", "h263", "h264", "hevc", "m4v", "mjpeg", "mpegvideo", "obu",
        "vc1", "vvc",
    ];

    /// <summary>Its number in the file.</summary>
    public required int Index { get; init; }

    /// <summary>ffmpeg's name of the codec.</summary>
    public required string Codec { get; init; }

    /// <summary>Pixels as stored; null or 0 where not known.</summary>
    public required int? Width { get; init; }

    /// <summary>Pixels as stored; null or 0 where not known.</summary>
    public required int? Height { get; init; }

    /// <summary>Frames a second; 0 where not known.</summary>
    public required double Rate { get; init; }

    /// <summary>Its own duration; 0 where not known: the container's may be that of a longer sound.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds of a unit of its time base.</summary>
    public required double TickSeconds { get; init; }

    /// <summary>Whether it is shown as stored; ffmpeg turns quarter rotations into a transposed picture when it decodes.</summary>
    public required bool IsUpright { get; init; }

    /// <summary>Whether the container calls it the default.</summary>
    public required bool IsDefault { get; init; }

    /// <summary>Whether the container calls it a picture that does not move.</summary>
    public required bool IsMarkedStill { get; init; }

    /// <summary>Whether the container is entered at key frames.</summary>
    public required bool HasIndex { get; init; }

    /// <summary>Frames, where the container or a count of packets tells them.</summary>
    public required int? Frames { get; init; }

    /// <summary>Whether there is no container, and so nothing tells times.</summary>
    public required bool IsRaw { get; init; }

    /// <summary>Whether the container tells when packets are decoded.</summary>
    public required bool TellsDecoding { get; init; }

    /// <summary>Whether it is one picture.</summary>
    public bool IsStill => IsMarkedStill || Frames == 1;

    /// <summary>Whether the usual look into the file has found all that is needed.</summary>
    public bool HasSizeAndRate => Width > 0 && Height > 0 && Rate > 0;

    /// <summary>Reads one.</summary>
    /// <param name="video">As FFMpegCore reads it.</param>
    /// <param name="json">As ffprobe wrote it.</param>
    /// <param name="container">ffmpeg's name of the container.</param>
    /// <param name="alone">The container's duration where nothing else is in it; else zero.</param>
    public static VideoStreamAnswer Of(VideoStream video, JsonElement json, string container, TimeSpan alone)
    {
        bool Has(string disposition) => json.TryGetProperty("disposition", out var all) && all.TryGetProperty(disposition, out var value)
            && value.ValueKind == JsonValueKind.Number && value.GetInt32() == 1;
        var frames = VideoStreamAnswers.Text(json, "nb_frames");
        var tick = VideoStreamAnswers.Text(json, "time_base")?.Split('/');
        return new VideoStreamAnswer
        {
            Index = video.Index,
            Codec = video.CodecName ?? "unknown",
            Width = video.Width,
            Height = video.Height,
            Rate = new[] { video.AverageFrameRate, video.RealFrameRate }.FirstOrDefault(r => double.IsFinite(r) && r > 0),
            // Guesses from the bit rate, or, of an MPEG programme stream, from the last packets that carry a time.
            Seconds = container == "mpeg" || Raw.Contains(container) ? 0
                : VideoStreamAnswers.Seconds(VideoStreamAnswers.Text(json, "duration")) is { } own and > 0 ? own : alone.TotalSeconds,
            TickSeconds = tick is [var above, var below] && double.TryParse(above, CultureInfo.InvariantCulture, out var units)
                && double.TryParse(below, CultureInfo.InvariantCulture, out var inSeconds) && inSeconds > 0 ? units / inSeconds : 0,
            IsUpright = Math.Abs((Math.Abs(video.Rotation) % 180) - 90) > 1,
            IsDefault = Has("default"),
            IsMarkedStill = Has("still_image") || Has("timed_thumbnails") || Has("attached_pic"),
            HasIndex = container != "mpegts",
            IsRaw = Raw.Contains(container),
            TellsDecoding = !container.StartsWith("matroska", StringComparison.Ordinal),
            Frames = int.TryParse(frames, CultureInfo.InvariantCulture, out var known) && known > 0 ? known : null,
        };
    }
}
