using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>An index as a file.</summary>
/// <param name="Videos">By path: relative to the index's folder where the file lies below it, else absolute.</param>
internal sealed record VideoIndexFile(IReadOnlyDictionary<string, IndexedVideo> Videos)
{
    // Raised when the same file would be entered otherwise than before.
    private const int CurrentRules = 2;

    /// <summary>Which way of looking at files wrote it; 0 before there were several.</summary>
    public int Rules { get; init; }

    /// <summary>
    /// Reads an index, by absolute path. A missing, damaged or foreign one counts as empty, and so do entries by older rules, except of
    /// packed videos: it is only a cache.
    /// </summary>
    public static IReadOnlyDictionary<string, IndexedVideo> Read(string file)
    {
        if (!File.Exists(file)) return new Dictionary<string, IndexedVideo>();
        try
        {
            using var stream = File.OpenRead(file);
            var index = JsonSerializer.Deserialize<VideoIndexFile>(stream, SnakeCaseJson.Indented);
            if (index?.Videos is null) return new Dictionary<string, IndexedVideo>();
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            return index.Videos.Where(v => index.Rules == CurrentRules || PackedVideo.Is(v.Key))
                .ToDictionary(v => Path.GetFullPath(v.Key, folder), v => v.Value, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Dictionary<string, IndexedVideo>();
        }
    }

    /// <summary>Writes an index, aside and renamed.</summary>
    public static void Write(string file, IReadOnlyDictionary<string, IndexedVideo> known)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))! + Path.DirectorySeparatorChar;
        var videos = new SortedDictionary<string, IndexedVideo>(StringComparer.Ordinal);
        foreach (var (path, video) in known)
            videos[path.StartsWith(folder, StringComparison.Ordinal) ? path[folder.Length..] : path] = video;
        var index = new VideoIndexFile(videos) { Rules = CurrentRules };
        AsideFile.Write(file, stream => JsonSerializer.Serialize(stream, index, SnakeCaseJson.Indented));
    }
}

/// <summary>A probed or scanned file and the state it was in.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="WrittenTicks">UTC ticks of its last writing.</param>
/// <param name="Info">ffprobe's answer, with the decoded frames counted where it was scanned; null for a broken file.</param>
/// <param name="Hash">XXH128 of its content, in hexadecimal; null where it was not scanned.</param>
/// <param name="Error">Why it cannot be read; null for a sound file.</param>
internal sealed record IndexedVideo(long Size, long WrittenTicks, VideoInfo? Info, string? Hash = null, string? Error = null);
