using System.Collections.Concurrent;

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
    /// <param name="scanned">An index that a scan of the data set has written; null for none. It is not written to.</param>
    public VideoIndex(VideoProbe probe, string? cacheFolder, string? scanned = null)
    {
        _probe = probe;
        _file = cacheFolder is null ? null : Path.Combine(cacheFolder, "video-index.json");
        _known = new(_file is null ? new Dictionary<string, IndexedVideo>() : VideoIndexFile.Read(_file), StringComparer.Ordinal);
        if (scanned is null) return;
        foreach (var (path, video) in VideoIndexFile.Read(scanned)) _known[path] = video;
    }

    /// <summary>What is known of a file, probing it if need be.</summary>
    /// <param name="path">A local file.</param>
    /// <param name="cancellation">Ends the probing.</param>
    /// <exception cref="VideoReadException">The file cannot be read as a video.</exception>
    public VideoInfo Of(string path, CancellationToken cancellation)
    {
        var file = CheckedFile(path);
        var written = file.LastWriteTimeUtc.Ticks;
        if (_known.TryGetValue(file.FullName, out var known) && known.Size == file.Length && known.WrittenTicks == written)
            return known.Info ?? throw new VideoReadException(path, known.Error ?? "the scan found it broken");
        var info = _probe.Read(path, cancellation);
        _known[file.FullName] = new IndexedVideo(file.Length, written, info);
        _changed = true;
        return info;
    }

    /// <summary>Enters how many frames of a file do decode, where these are fewer than it says.</summary>
    /// <param name="path">A file that this index has told of.</param>
    /// <param name="info">What is known of it now.</param>
    internal void Correct(string path, VideoInfo info)
    {
        var file = CheckedFile(path);
        if (!_known.TryGetValue(file.FullName, out var known)) return;
        _known[file.FullName] = known with { Info = info };
        _changed = true;
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

    // A file that was there before is away, and may come back; one that never was is missing.
    private FileInfo CheckedFile(string path)
    {
        try
        {
            return LocalVideoInput.CheckedFile(path);
        }
        catch (VideoReadException) when (!File.Exists(path) && _known.ContainsKey(Path.GetFullPath(path)))
        {
            throw new VideoReadException(path, "it is no longer there", isPassing: true);
        }
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
                VideoIndexFile.Write(_file, _known);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _changed = true;
            }
        }
    }
}
