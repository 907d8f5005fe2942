namespace InternVideoNext.Data;

/// <summary>What ffprobe tells of a file's first video stream (attached pictures do not count).</summary>
public sealed record VideoInfo
{
    /// <summary>Seconds; 0 where the file does not tell.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Frames a second of the constant-rate grid that frames are sampled from: the stream's average rate.</summary>
    public required double FrameRate { get; init; }

    /// <summary>Frames on that grid, at least 1. An estimate: a file may end a little earlier.</summary>
    public required int FrameCount { get; init; }

    /// <summary>Pixels across, as shown (after rotation by the file's metadata).</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down, as shown (after rotation by the file's metadata).</summary>
    public required int Height { get; init; }

    /// <summary>ffmpeg's name of the codec, for example <c>h264</c>.</summary>
    public required string Codec { get; init; }
}
