using System.Text.Json.Serialization;

namespace InternVideoNext.Data;

/// <summary>
/// What is known of a file's video stream. Of several it is the one that a player would show; see <see cref="Stream"/>.
/// </summary>
public sealed record VideoInfo
{
    /// <summary>Seconds; 0 where the file does not tell.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Frames a second of the constant-rate grid that frames are sampled from: the stream's average rate.</summary>
    public required double FrameRate { get; init; }

    /// <summary>Frames on that grid, at least 1. An estimate until a scan has counted them: a file may end a little earlier.</summary>
    public required int FrameCount { get; init; }

    /// <summary>Pixels across, as shown (after rotation by the file's metadata).</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down, as shown (after rotation by the file's metadata).</summary>
    public required int Height { get; init; }

    /// <summary>ffmpeg's name of the codec, for example <c>h264</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>
    /// The stream's number in the file: attached pictures and stills of one frame are out; of the others the default one, of those the
    /// largest, of those the longest. Null: the first video stream (of a file indexed before streams were chosen).
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Stream { get; init; }

    /// <summary>Whether the packets carry no times (raw streams): frames are then counted, and none is repeated or dropped.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsUntimed { get; init; }

    /// <summary>Whether ffmpeg finds the stream, its size or its rate only when it looks further into the file than usual.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDeep { get; init; }

    /// <summary>How frames of a long file are reached without decoding all before them; null where these would be others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SeekInfo? Seek { get; init; }

    /// <summary>Frames that do decode, where these were found to be fewer than <see cref="FrameCount"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? DecodedFrames { get; init; }

    /// <summary>What is wrong with a damaged file of which a part is used, and how large that is; null for a sound one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Damage { get; init; }
}

/// <summary>What seeking in a file needs. All of its packets have times in order.</summary>
/// <param name="Start">Time of the first frame that is decoded, in units of the stream's time base.</param>
/// <param name="StartSeconds">The same in seconds.</param>
/// <param name="KeyDistance">Seconds from the key frame before it to a frame, on average.</param>
/// <param name="KeyGap">Seconds from one key frame to the next at most.</param>
/// <param name="HasIndex">
/// Whether the container is entered at a key frame. Others (MPEG-TS) are entered anywhere, and what ffmpeg says of the torn frames before
/// the first key frame, which are dropped, means nothing.
/// </param>
public sealed record SeekInfo(long Start, double StartSeconds, double KeyDistance, double KeyGap, bool HasIndex);
