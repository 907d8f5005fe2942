using System.Collections.Concurrent;
using System.Text.Json;
using InternVideoNext.Checkpoints;

namespace InternVideoNext.Data;

/// <summary>
/// What is known of video files: each is probed once, and again only when its size or time of writing has changed.
/// Kept in <c>video-index.json</c> in a cache folder. Thread-safe.
/// </summary>
public sealed class VideoIndex
{
    private readonly VideoProbe _probe;
    private readonly string? _file;
    private readonly ConcurrentDictionary<string, IndexedVideo> _known;
    private readonly object _saving = new();
    private volatile bool _changed;

    /// <summary>Opens the index of a cache folder. A damaged or foreign index counts as an empty one: it is only a cache.</summary>
    /// <param name="probe">Asked about files that the index does not know.</param>
    /// <param name="cacheFolder">Where the index lies; null keeps it in memory.</param>
    public VideoIndex(VideoProbe probe, string? cacheFolder)
    {
        _probe = probe;
        _file = cacheFolder is null ? null : Path.Combine(cacheFolder, "video-index.json");
        _known = new(Stored(_file), StringComparer.Ordinal);
    }

    /// <summary>What is known of a file, probing it if need be.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="cancellation">Ends the probing.</param>
    /// <exception cref="VideoReadException">The file cannot be read as a video.</exception>
    public VideoInfo Of(string path, CancellationToken cancellation)
    {
        var file = LocalVideoInput.CheckedFile(path);
        var written = file.LastWriteTimeUtc.Ticks;
        if (_known.TryGetValue(file.FullName, out var known) && known.Size == file.Length && known.WrittenTicks == written) return known.Info;
        var info = _probe.Read(path, cancellation);
        _known[file.FullName] = new IndexedVideo(file.Length, written, info);
        _changed = true;
        return info;
    }

    /// <summary>Enters a file whose properties its writer knows, so that it need not be probed.</summary>
    /// <param name="path">A complete local file.</param>
    /// <param name="info">Its properties.</param>
    /// <exception cref="VideoReadException">There is no such file, or it is empty.</exception>
    public void Add(string path, VideoInfo info)
    {
        var file = LocalVideoInput.CheckedFile(path);
        _known[file.FullName] = new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, info);
        _changed = true;
    }

    /// <summary>Writes what is new, aside and renamed. A cache that cannot be written only costs the probing next time.</summary>
    public void Save()
    {
        if (_file is null || !_changed) return;
        lock (_saving)
        {
            _changed = false;
            try
            {
                var videos = new SortedDictionary<string, IndexedVideo>(_known, StringComparer.Ordinal);
                AsideFile.Write(_file, stream => JsonSerializer.Serialize(stream, new VideoIndexFile(videos), DataJson.Default.VideoIndexFile));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _changed = true;
            }
        }
    }

    private static IReadOnlyDictionary<string, IndexedVideo> Stored(string? file)
    {
        if (file is null || !File.Exists(file)) return new Dictionary<string, IndexedVideo>();
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, DataJson.Default.VideoIndexFile)?.Videos ?? new Dictionary<string, IndexedVideo>();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new Dictionary<string, IndexedVideo>();
        }
    }
}

/// <summary>The index as a file.</summary>
/// <param name="Videos">By absolute path.</param>
internal sealed record VideoIndexFile(IReadOnlyDictionary<string, IndexedVideo> Videos);

/// <summary>A probed file and the state it was probed in.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="WrittenTicks">UTC ticks of its last writing.</param>
/// <param name="Info">ffprobe's answer.</param>
internal sealed record IndexedVideo(long Size, long WrittenTicks, VideoInfo Info);
