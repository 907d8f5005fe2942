using System.Diagnostics;
using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Foundation;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Measures the loader on a data set, beside the two figures that bound it: one ffmpeg process decoding all files to nothing, the
/// limit of sequential decoding, and one ffmpeg process a clip, the naive way.
/// </summary>
/// <param name="manifest">The clips.</param>
/// <param name="config">Clip shape and parallelism.</param>
/// <param name="tools">ffmpeg and ffprobe.</param>
/// <param name="workFolder">For the index of probed files and ffmpeg's list of files.</param>
public sealed class LoaderBenchmark(Manifest manifest, DataConfig config, FFMpegTools tools, string workFolder)
{
    /// <summary>Clips of a batch, as in the authors' Stage 1 script.</summary>
    public const int Batch = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);

    /// <summary>Files that the loader could not read.</summary>
    public IReadOnlyList<SkippedFile> Skipped { get; private set; } = [];

    /// <summary>Files of which the loader used the part that decodes.</summary>
    public IReadOnlyList<SkippedFile> Damaged { get; private set; } = [];

    /// <summary>Probes every file, so that no way of reading is charged for it, and reads a few clips, so that code is compiled.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Frames of all files together, as their containers tell.</returns>
    public async Task<long> PrepareAsync(CancellationToken cancellation)
    {
        var index = new VideoIndex(new VideoProbe(tools, TimeSpan.FromSeconds(config.FileTimeoutSeconds)), workFolder);
        var frames = 0L;
        foreach (var entry in manifest.Entries)
        {
            try
            {
                frames += index.Of(manifest.PathOf(entry), cancellation).FrameCount;
            }
            catch (VideoReadException)
            {
                // The loader meets it again, and lists it.
            }
        }
        index.Save();
        await ReadAsync(config, batches: 1, cancellation).ConfigureAwait(false);
        return frames;
    }

    /// <summary>One epoch through the loader, as training reads it.</summary>
    /// <param name="cancellation">Ends it.</param>
    public Task<LoaderSpeed> LoaderAsync(CancellationToken cancellation) => ReadAsync(config, Batches, cancellation);

    /// <summary>The same clips with one ffmpeg process each.</summary>
    /// <param name="cancellation">Ends it.</param>
    public Task<LoaderSpeed> NaiveAsync(CancellationToken cancellation)
    {
        // A queue of as many single clips as there are workers leaves no two to read together.
        var alone = config with { QueueBatches = config.Workers > 0 ? config.Workers : Environment.ProcessorCount, CacheMegabytes = 0 };
        return ReadAsync(alone, Batches * Batch, cancellation, batchSize: 1);
    }

    /// <summary>One ffmpeg process with one thread decodes all files, one after the other, to nothing.</summary>
    /// <param name="frames">Frames of all files together.</param>
    /// <param name="cancellation">Ends it.</param>
    public LoaderSpeed Limit(long frames, CancellationToken cancellation)
    {
        var list = Path.Combine(workFolder, "files.ffconcat");
        var names = manifest.Entries.Select(e => $"file 'file:{manifest.PathOf(e).Replace("'", @"'\''", StringComparison.Ordinal)}'\n");
        AsideFile.Write(list, "ffconcat version 1.0\n" + string.Concat(names));
        string[] arguments =
        [
            "-hide_banner", "-nostdin", "-v", "quiet", "-threads", "1", "-safe", "0", "-protocol_whitelist", "file", "-f", "concat",
            "-i", "file:" + list, "-map", "0:v:0", "-f", "null", "-",
        ];
        return Timed(() =>
        {
            MediaProcess.Run(tools.FFMpegPath, arguments, stream => stream.CopyTo(Stream.Null), Patience, cancellation);
            return (manifest.Entries.Count, frames);
        });
    }

    private int Batches => (manifest.Entries.Count + Batch - 1) / Batch;

    private async Task<LoaderSpeed> ReadAsync(DataConfig how, int batches, CancellationToken cancellation, int batchSize = Batch)
    {
        var source = new VideoClipSource(manifest, how, tools, workFolder);
        var clips = 0;
        var (clock, before) = (Stopwatch.StartNew(), ProcessorClock.Seconds());
        // The first batches and no more: nothing is read ahead in vain.
        await foreach (
            var batch in source.ReadTraining(batchSize, seed: 1, TrainingBatches.From(0).Take(batches), cancellation).ConfigureAwait(false))
        {
            clips += batch.Entries.Count;
            batch.Dispose();
        }
        var speed = Speed(clips, (long)clips * config.Frames, clock, before);
        (Skipped, Damaged) = (source.Skipped, source.Damaged);
        return speed;
    }

    private static LoaderSpeed Timed(Func<(int Clips, long Frames)> work)
    {
        var (clock, before) = (Stopwatch.StartNew(), ProcessorClock.Seconds());
        var (clips, frames) = work();
        return Speed(clips, frames, clock, before);
    }

    private static LoaderSpeed Speed(int clips, long frames, Stopwatch clock, double? before)
    {
        var wall = clock.Elapsed.TotalSeconds;
        return new LoaderSpeed(clips, frames, wall, ProcessorClock.Seconds() - before ?? wall);
    }
}

/// <summary>How fast clips were read one way, in one pass over a data set.</summary>
/// <param name="Clips">Clips read.</param>
/// <param name="Frames">Frames that these clips hold (for the limit: frames decoded).</param>
/// <param name="WallSeconds">Time by the clock.</param>
/// <param name="ProcessorSeconds">
/// Processor time of this process and of the programs it started, which other work on the machine hardly changes; the time by the
/// clock where the system does not tell.
/// </param>
public sealed record LoaderSpeed(int Clips, long Frames, double WallSeconds, double ProcessorSeconds)
{
    /// <summary>Clips a second by the clock.</summary>
    public double ClipsPerSecond => Clips / WallSeconds;

    /// <summary>Clips a second of one processor core.</summary>
    public double ClipsPerCoreSecond => Clips / ProcessorSeconds;

    /// <summary>Frames a second of one processor core.</summary>
    public double FramesPerCoreSecond => Frames / ProcessorSeconds;
}

/// <summary>Processor time of this process and of the processes that it started and waited for.</summary>
internal static class ProcessorClock
{
    // Of one tick in /proc, on every Linux there is (USER_HZ).
    private const double TickSeconds = 0.01;
    private const string Statistics = "/proc/self/stat";

    /// <summary>Seconds so far; null where the system does not tell of ended children.</summary>
    public static double? Seconds()
    {
        if (!File.Exists(Statistics)) return null;
        // The second field, the program's name in brackets, may hold anything.
        var text = File.ReadAllText(Statistics);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        // Fields 16 and 17 of proc(5), of which the third comes first here.
        var children = long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture);
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds + (children * TickSeconds);
    }
}
