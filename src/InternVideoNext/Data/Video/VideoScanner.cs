using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Hashing;
using System.Text;

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
            video = Inspect(file, cancellation);
            journal.Add(file.FullName, video);
        }
        return new ScannedVideo(path, video.Error is null ? ScanState.Found : ScanState.Broken, video.Error);
    }

    private IndexedVideo Inspect(FileInfo file, CancellationToken cancellation)
    {
        var hash = HashOf(file.FullName, cancellation);
        try
        {
            var info = _probe.Read(file.FullName, cancellation);
            var (frames, errors) = CountFrames(file.FullName, info, cancellation);
            if (frames == 0) throw new VideoReadException(
                file.FullName, $"no frame could be decoded{(errors.Length > 0 ? ": " + errors : "")}");
            if (errors.Length > 0 && frames < info.FrameCount - 1)
                throw new VideoReadException(file.FullName, $"only {frames} of {info.FrameCount} frames could be decoded: {errors}");
            return new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, info with { FrameCount = frames }, hash, null);
        }
        catch (VideoReadException e)
        {
            return new IndexedVideo(file.Length, file.LastWriteTimeUtc.Ticks, null, hash, e.Reason);
        }
    }

    // On the grid that sampling counts on, so that training knows to the frame how many there are.
    private (int Frames, string Errors) CountFrames(string path, VideoInfo info, CancellationToken cancellation)
    {
        var arguments = $"-hide_banner -nostdin -v error -threads 1 {new LocalVideoInput(path).Text} -map 0:V:0 -vf "
            + $"{MediaProcess.Quote(VideoDecoder.Grid(info))} -f null - -progress pipe:1 -nostats";
        var frames = 0;
        try
        {
            var (exitCode, errors) = MediaProcess.Run(
                tools.FFMpegPath, arguments, stream => frames = LastCount(stream), limit, cancellation);
            return (frames, errors.Length > 0 || exitCode == 0 ? errors : $"ffmpeg ended with code {exitCode}");
        }
        catch (TimeoutException)
        {
            throw new VideoReadException(
                path, string.Create(CultureInfo.InvariantCulture, $"decoding it took longer than {limit.TotalSeconds:0.###} s"));
        }
    }

    private static int LastCount(Stream progress)
    {
        var frames = 0;
        using var reader = new StreamReader(progress, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
            if (line.StartsWith("frame=", StringComparison.Ordinal)
                && int.TryParse(line.AsSpan(6), CultureInfo.InvariantCulture, out var count)) frames = count;
        return frames;
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
