using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>One line a scanned file, appended as it is done, so that a stopped scan loses nothing. Thread-safe.</summary>
internal sealed class ScanJournal : IDisposable
{
    private readonly ConcurrentDictionary<string, IndexedVideo> _known;
    private readonly StreamWriter _lines;

    /// <summary>Opens a journal and takes what it holds on top of the index.</summary>
    public ScanJournal(string file, IReadOnlyDictionary<string, IndexedVideo> known)
    {
        _known = new(known, StringComparer.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        if (File.Exists(file)) foreach (var line in File.ReadLines(file)) Take(line);
        _lines = new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read), new UTF8Encoding(false))
        { AutoFlush = true };
        _lines.WriteLine(); // Whatever a killed scan left unfinished ends here.
    }

    /// <summary>All that is known, by absolute path.</summary>
    public IReadOnlyDictionary<string, IndexedVideo> Known => _known;

    /// <summary>Finds a file as it is now.</summary>
    public bool TryGet(FileInfo file, [NotNullWhen(true)] out IndexedVideo? video) =>
        _known.TryGetValue(file.FullName, out video) && video.Hash is not null && video.Size == file.Length
            && video.WrittenTicks == file.LastWriteTimeUtc.Ticks;

    /// <summary>Enters a file and writes its line.</summary>
    public void Add(string path, IndexedVideo video)
    {
        _known[path] = video;
        var line = JsonSerializer.Serialize(new JournalLine(path, video), SnakeCaseJson.Line);
        lock (_lines) _lines.WriteLine(line);
    }

    /// <inheritdoc/>
    public void Dispose() => _lines.Dispose();

    private void Take(string line)
    {
        if (line.Length == 0) return;
        try
        {
            var (path, video) = SnakeCaseJson.Parse<JournalLine>(line);
            _known[path] = video;
        }
        catch (JsonException)
        {
            // The line being written when the scan was killed: its file is scanned again.
        }
    }
}

/// <summary>One line of a scan's journal.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Video">What was found.</param>
internal sealed record JournalLine(string Path, IndexedVideo Video);
