using System.IO.Compression;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// A zip archive that is read from and never unpacked. Names that lead out of a folder, names given twice and archives whose content is
/// out of all proportion to their size are refused when it is opened.
/// </summary>
internal sealed class ZippedFile : IDisposable
{
    private const int MostEntries = 100_000;
    private const int MostTimes = 100;
    private const long Allowance = 64L << 20;

    private readonly FileStream _file;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    private ZippedFile(string path, FileStream file, ZipArchive archive) => (Path, _file, _archive) = (path, file, archive);

    public string Path { get; }

    /// <summary>The entries' names, in the archive's order; folders left out.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <exception cref="TensorFileException">It is no zip archive, or one that is refused.</exception>
    public static ZippedFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            var zipped = new ZippedFile(path, file, new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true));
            zipped.ReadNames();
            return zipped;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or NotSupportedException or OverflowException)
        {
            file.Dispose();
            throw new TensorFileException(path, null, $"a damaged zip archive: {e.Message}", e);
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Bytes of an entry when unpacked; null if there is no such entry.</summary>
    public long? Length(string name) => _entries.TryGetValue(name, out var entry) ? entry.Length : null;

    /// <summary>Fills a span with the first bytes of an entry after some that are skipped.</summary>
    /// <exception cref="TensorFileException">There is no such entry, or it is damaged or shorter.</exception>
    public void Read(string name, long skip, Action<Stream> read)
    {
        if (!_entries.TryGetValue(name, out var entry)) throw new TensorFileException(Path, name, "not in this archive.");
        try
        {
            using var stream = entry.Open();
            Skip(stream, skip);
            read(stream);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new TensorFileException(Path, name, $"a damaged entry of the zip archive: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _archive.Dispose();
        _file.Dispose();
    }

    private void ReadNames()
    {
        if (_archive.Entries.Count > MostEntries)
            throw new TensorFileException(Path, null, $"{_archive.Entries.Count} entries; more than {MostEntries} are refused.");
        var total = 0L;
        foreach (var entry in _archive.Entries)
        {
            if (entry.FullName.EndsWith('/')) continue;
            if (entry.FullName.Contains('\\', StringComparison.Ordinal) || entry.FullName.Contains('\0', StringComparison.Ordinal)
                || System.IO.Path.IsPathRooted(entry.FullName) || entry.FullName.Split('/').Any(part => part is "" or "." or ".."))
                throw new TensorFileException(
                    Path, entry.FullName, "an entry's name must be a relative path without '..': the archive is refused.");
            if (!_entries.TryAdd(entry.FullName, entry))
                throw new TensorFileException(Path, entry.FullName, "two entries of one name: the archive is refused.");
            total = checked(total + entry.Length);
        }

        if (total > (_file.Length * MostTimes) + Allowance)
            throw new TensorFileException(
                Path, null,
                $"{total} bytes packed into {_file.Length}, more than {MostTimes} times as many: no weights are like that, it is refused.");
    }

    private static void Skip(Stream stream, long count)
    {
        var buffer = new byte[(int)Math.Min(count, 1 << 16)];
        for (var left = count; left > 0;)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) throw new EndOfStreamException("it ends early.");
            left -= read;
        }
    }
}
