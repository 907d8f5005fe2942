using System.Runtime.CompilerServices;
using InternVideoNext.Randomness;

namespace InternVideoNext.Data;

/// <summary>
/// Clips from the video files of a manifest, decoded ahead of their use by several workers, in an order and with an
/// augmentation that depend on the seed alone. A broken file is noted once (<see cref="Skipped"/>); in training another clip,
/// drawn by the seed, takes its place. One reading at a time per enumeration; enumerations are independent of each other.
/// </summary>
public sealed class VideoClipSource : IClipSource
{
    private const ulong SampleStream = 0x73616D706C65; // "sample"
    private const double DecodedMargin = 1.25;
    private const int MostPrefetched = 4096;

    private readonly Manifest _manifest;
    private readonly DataConfig _config;
    private readonly VideoIndex _index;
    private readonly VideoDecoder _decoder;
    private readonly FrameCache? _cache;
    private readonly VideoGroupDecoder _groups;
    private readonly SkippedFiles _skipped;

    /// <summary>Prepares reading; starts nothing.</summary>
    /// <param name="manifest">The clips, all of them: filter by split before.</param>
    /// <param name="config">Clip shape, augmentation, parallelism and limits.</param>
    /// <param name="tools">ffmpeg and ffprobe.</param>
    /// <param name="cacheFolder">Where the index of probed files is kept; null keeps it in memory.</param>
    /// <exception cref="ManifestException">The manifest has no clip.</exception>
    /// <exception cref="Configuration.ConfigurationException">The configuration is not valid.</exception>
    public VideoClipSource(Manifest manifest, DataConfig config, FFMpegTools tools, string? cacheFolder = null)
    {
        config.Validate();
        if (manifest.Entries.Count == 0) throw new ManifestException($"'{manifest.Name}' has no clip to read (in the chosen split).");
        _manifest = manifest;
        _config = config;
        var limit = TimeSpan.FromSeconds(config.FileTimeoutSeconds);
        _index = new VideoIndex(new VideoProbe(tools, limit), cacheFolder);
        _decoder = new VideoDecoder(tools, (int)Math.Ceiling(config.Size * DecodedMargin), limit);
        _groups = new VideoGroupDecoder(tools, _decoder, limit);
        _cache = config.CacheMegabytes == 0 ? null : new FrameCache(_decoder, config.CacheMegabytes * 1024L * 1024L);
        _skipped = new SkippedFiles(manifest.Entries.Select(e => e.Path).Distinct(StringComparer.Ordinal).Count(), config.MaxBrokenFraction);
    }

    /// <inheritdoc/>
    public int Count => _manifest.Entries.Count;

    /// <summary>The files found broken so far, in order of path.</summary>
    public IReadOnlyList<SkippedFile> Skipped => _skipped.Report;

    /// <inheritdoc/>
    /// <exception cref="TooManyBrokenFilesException">While reading: more files are broken than the configuration allows.</exception>
    /// <exception cref="FFMpegMissingException">While reading: ffmpeg or ffprobe cannot be started.</exception>
    public IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, long firstStep, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        return Read(TrainingPlan(batchSize, seed, firstStep), cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>A batch with unreadable clips is that much smaller; one of nothing else is left out.</remarks>
    /// <exception cref="TooManyBrokenFilesException">While reading: more files are broken than the configuration allows.</exception>
    /// <exception cref="FFMpegMissingException">While reading: ffmpeg or ffprobe cannot be started.</exception>
    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return Read(Enumerable.Range(0, Count).Select(EvaluationClip).Chunk(batchSize), cancellation);
    }

    /// <summary>
    /// Decodes short videos into the cache ahead of reading, several a process: what is read is the same, the first epoch is
    /// faster. Files that cannot be read this way are left to the reading, which notes them.
    /// </summary>
    /// <param name="progress">Told the number of files looked at.</param>
    /// <param name="cancellation">Ends it; what is in the cache stays.</param>
    public Task PrefetchAsync(IProgress<int>? progress, CancellationToken cancellation)
    {
        if (_cache is not { } cache) return Task.CompletedTask;
        var paths = _manifest.Entries.Select(_manifest.PathOf).Distinct(StringComparer.Ordinal).Take(MostPrefetched).Chunk(VideoGroupDecoder.MostFiles);
        var workers = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = _config.Workers == 0 ? Environment.ProcessorCount : _config.Workers };
        var done = 0;
        return Task.Run(() => Parallel.ForEach(paths, workers, chunk =>
        {
            var brief = chunk.Select(path => (Path: path, Info: InfoOf(path, cancellation))).Where(v => v.Info is { } info && VideoDecoder.IsSequential(info, _config.Frames));
            foreach (var alike in brief.GroupBy(v => _decoder.ScaledSize(v.Info!)))
                cache.Keep([.. alike.Select(v => (v.Path, v.Info!))], videos => _groups.ReadAll(videos, cancellation));
            progress?.Report(Interlocked.Add(ref done, chunk.Length));
        }), cancellation);
    }

    private VideoInfo? InfoOf(string path, CancellationToken cancellation)
    {
        try
        {
            return _index.Of(path, cancellation);
        }
        catch (VideoReadException)
        {
            return null; // The reading meets it again, and notes it.
        }
    }

    private IEnumerable<ClipLoader[]> TrainingPlan(int batchSize, ulong seed, long firstStep)
    {
        var order = new EpochOrder(Count, seed);
        for (var place = firstStep * batchSize; ; place += batchSize)
        {
            var clips = new ClipLoader[batchSize];
            for (var i = 0; i < batchSize; i++) clips[i] = TrainingClip(order[place + i], seed, place + i);
            yield return clips;
        }
    }

    private async IAsyncEnumerable<ClipBatch> Read(IEnumerable<ClipLoader[]> plan, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var batches = plan.GetEnumerator();
        await using var workers = new ClipWorkers(_config.Workers > 0 ? _config.Workers : Environment.ProcessorCount, cancellation);
        var ahead = new Queue<PendingBatch>();
        try
        {
            while (true)
            {
                while (ahead.Count < _config.QueueBatches && batches.MoveNext()) ahead.Enqueue(new PendingBatch(batches.Current, _config.Frames, _config.Size, workers));
                if (!ahead.TryDequeue(out var next)) yield break;
                if (await next.Finish(cancellation).ConfigureAwait(false) is { } batch) yield return batch;
            }
        }
        finally
        {
            _index.Save();
        }
    }

    private ClipLoader EvaluationClip(int entry) =>
        (destination, cancellation) => TryLoad(entry, random: null, destination.Span, cancellation) ? entry : null;

    private ClipLoader TrainingClip(int entry, ulong seed, long place) => (destination, cancellation) =>
    {
        for (var attempt = 0ul; ; attempt++)
        {
            cancellation.ThrowIfCancellationRequested();
            var random = new DeterministicRandom(SeedSequence.Derive(seed, SampleStream, (ulong)place, attempt));
            // As long as one file is sound, some attempt finds it; once none is, noting the last one throws.
            var candidate = attempt == 0 ? entry : random.NextInt(Count);
            if (TryLoad(candidate, random, destination.Span, cancellation)) return candidate;
        }
    };

    private bool TryLoad(int entry, DeterministicRandom? random, Span<float> destination, CancellationToken cancellation)
    {
        var name = _manifest.Entries[entry].Path;
        if (_skipped.IsHopeless(name)) return false;
        try
        {
            var path = _manifest.PathOf(_manifest.Entries[entry]);
            var info = _index.Of(path, cancellation);
            var indices = random is null ? FrameSampling.Middles(info.FrameCount, _config.Frames) : FrameSampling.Random(info.FrameCount, _config.Frames, random);
            var clip = (_cache ?? (IFrameReader)_decoder).Read(path, info, indices, cancellation);
            var window = random is null
                ? ClipAugmentation.Centre(clip.Frames.Width, clip.Frames.Height)
                : ClipAugmentation.Random(clip.Frames.Width, clip.Frames.Height, _config.CropScales, _config.FlipProbability, random);
            ClipResampler.Write(clip, window, _config.Size, destination);
            return true;
        }
        catch (VideoReadException e)
        {
            _skipped.Add(name, e);
            return false;
        }
    }
}
