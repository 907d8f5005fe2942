using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Hashing;

namespace InternVideoNext.Data;

/// <summary>
/// Decodes every file of a data set once, several at a time, and writes down what it found in the index that training reads. May
/// be stopped at any time and run again: what was done stands in a journal beside the index.
/// </summary>
/// <param name="manifest">The data set.</param>
/// <param name="tools">ffmpeg and ffprobe.</param>
/// <param name="limit">How long probing one file, and decoding it, may each take.</param>
public sealed class VideoScanner(Manifest manifest, FFMpegTools tools, TimeSpan limit)
{
    private readonly VideoProbe _probe = new(tools, limit);
    private readonly FrameCounter _counter = new(tools, limit);

    /// <summary>Scans what the index and its journal do not know yet.</summary>
    /// <param name="indexFile">The index; see <see cref="Manifest.IndexFileOf"/> for where training looks for it.</param>
    /// <param name="jobs">Files at a time, at least 1.</param>
    /// <param name="progress">Told the number of files done, those known from before included.</param>
    /// <param name="cancellation">Stops the scan; it can be gone on with.</param>
    /// <exception cref="IOException">The journal or the index cannot be written.</exception>
    public async Task<ScanReport> ScanAsync(string indexFile, int jobs, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(jobs);
        var known = VideoIndexFile.Read(indexFile);
        var states = new ConcurrentDictionary<string, ScannedVideo>(StringComparer.Ordinal);
        using (var journal = new ScanJournal(indexFile + ".journal", known))
        {
            var paths = manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal);
            var options = new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellation };
            var done = 0;
            await Task.Run(() => Parallel.ForEach(paths, options, path =>
            {
                states[path] = Scan(path, journal, cancellation);
                progress?.Report(Interlocked.Increment(ref done));
            }), cancellation).ConfigureAwait(false);
            VideoIndexFile.Write(indexFile, journal.Known);
        }
        File.Delete(indexFile + ".journal");
        return ScanReport.Of(manifest, states);
    }

    private ScannedVideo Scan(string path, ScanJournal journal, CancellationToken cancellation)
    {
        FileInfo file;
        var full = Path.GetFullPath(Path.Combine(manifest.Root, path));
        try
        {
            file = LocalVideoInput.CheckedFile(full);
        }
        catch (VideoReadException e)
        {
            return File.Exists(full) || Directory.Exists(full) ? new ScannedVideo(path, ScanState.Broken, e.Reason)
                : new ScannedVideo(path, ScanState.Missing, null);
        }
        if (!journal.TryGet(file, out var video))
        {
            try
            {
                video = Inspect(file, cancellation);
            }
            catch (VideoReadException e)
            {
                return new ScannedVideo(path, ScanState.Broken, e.Reason); // Perhaps not for ever: the next scan looks again.
            }
            journal.Add(file.FullName, video);
        }
        return video.Error is { } error ? new ScannedVideo(path, ScanState.Broken, error)
            : new ScannedVideo(path, video.Info?.Damage is null ? ScanState.Found : ScanState.Damaged, video.Info?.Damage);
    }

    private IndexedVideo Inspect(FileInfo file, CancellationToken cancellation)
    {
        var hash = HashOf(file.FullName, cancellation);
        try
        {
            var info = _probe.Read(file.FullName, cancellation);
            var (frames, errors) = _counter.Count(file.FullName, info, cancellation);
            return new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, FrameCounter.Counted(info, frames, errors), hash, null);
        }
        catch (VideoReadException e) when (!e.IsPassing)
        {
            return new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, null, hash, e.Reason);
        }
    }

    private static string HashOf(string path, CancellationToken cancellation)
    {
        var hash = new XxHash128();
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, read));
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return Convert.ToHexString(hash.GetCurrentHash()).ToLowerInvariant();
    }
}
