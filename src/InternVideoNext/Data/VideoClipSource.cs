using System.Runtime.CompilerServices;

namespace InternVideoNext.Data;

/// <summary>
/// Clips from the video files of a manifest, decoded ahead of their use by several workers, in an order and with an
/// augmentation that depend on the seed alone. A file that is away or slow is tried again, and at last ends the reading; of a
/// damaged one the part that decodes is used; a broken one is noted once (<see cref="Skipped"/>); in training another clip,
/// drawn by the seed, takes its place. One reading at a time per enumeration; enumerations are independent of each other.
/// </summary>
public sealed class VideoClipSource : IClipSource
{
    private const int MostPrefetched = 4096;
    private const ulong OrderStream = 0x6F72646572; // "order"

    private readonly Manifest _manifest;
    private readonly DataConfig _config;
    private readonly VideoIndex _index;
    private readonly ClipReader _reader;

    /// <summary>Prepares reading; starts nothing.</summary>
    /// <param name="manifest">The clips, all of them: filter by split before.</param>
    /// <param name="config">Clip shape, augmentation, parallelism and limits.</param>
    /// <param name="tools">ffmpeg and ffprobe.</param>
    /// <param name="cacheFolder">Where the index of probed files is kept; null keeps it in memory.</param>
    /// <exception cref="ManifestException">The manifest has no clip.</exception>
    /// <exception cref="Foundation.ConfigurationException">The configuration is not valid.</exception>
    public VideoClipSource(Manifest manifest, DataConfig config, FFMpegTools tools, string? cacheFolder = null)
    {
        config.Validate();
        if (manifest.Entries.Count == 0) throw new ManifestException($"'{manifest.Name}' has no clip to read (in the chosen split).");
        _manifest = manifest;
        _config = config;
        _index = new VideoIndex(new VideoProbe(tools, TimeSpan.FromSeconds(config.FileTimeoutSeconds)), cacheFolder, manifest.IndexFile);
        _reader = new ClipReader(manifest, config, tools, _index);
    }

    /// <inheritdoc/>
    public int Count => _manifest.Entries.Count;

    /// <inheritdoc/>
    public string Fingerprint => ManifestFingerprint.Of(_manifest);

    /// <summary>The files found broken so far, in order of path.</summary>
    public IReadOnlyList<SkippedFile> Skipped => _reader.Skipped.Report;

    /// <summary>The files of which the part that decodes is used, so far, in order of path, with how much that is.</summary>
    public IReadOnlyList<SkippedFile> Damaged => _reader.Skipped.Damaged;

    /// <summary>Waits between tries of a file that is away or slow; after the last of them reading ends.</summary>
    internal IReadOnlyList<TimeSpan> Pauses
    {
        get => _reader.Pauses;
        init => _reader.Pauses = value;
    }

    /// <inheritdoc/>
    /// <exception cref="TooManyBrokenFilesException">While reading: more files are broken than the configuration allows.</exception>
    /// <exception cref="VideoUnavailableException">While reading: a file is away, or always takes too long.</exception>
    /// <exception cref="FFMpegMissingException">While reading: ffmpeg or ffprobe cannot be started.</exception>
    public IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return Read(TrainingPlan(batchSize, seed, batches), batchSize, cancellation);
    }

    /// <inheritdoc/>
    /// <remarks>A batch with unreadable clips is that much smaller; one of nothing else is left out.</remarks>
    /// <exception cref="TooManyBrokenFilesException">While reading: more files are broken than the configuration allows.</exception>
    /// <exception cref="FFMpegMissingException">While reading: ffmpeg or ffprobe cannot be started.</exception>
    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return Read(
            Enumerable.Range(0, Count).Select(entry => new ClipRequest(entry, null, entry)).Chunk(batchSize), batchSize, cancellation);
    }

    /// <summary>
    /// Every clip once as all its views, without augmentation: crop by crop, within a crop segment by segment, each a row of its entry.
    /// </summary>
    /// <param name="views">The views.</param>
    /// <param name="batchSize">Views a batch.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="TooManyBrokenFilesException">While reading: more files are broken than the configuration allows.</exception>
    public IAsyncEnumerable<ClipBatch> ReadViews(ClipViews views, int batchSize, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(views.Count);
        var requests =
            from entry in Enumerable.Range(0, Count)
            from crop in Enumerable.Range(0, views.Crops)
            from segment in Enumerable.Range(0, views.Segments)
            select new ClipRequest(entry, null, entry, new ClipView(views, segment, crop));
        return Read(requests.Chunk(batchSize), batchSize, cancellation);
    }

    /// <summary>
    /// Decodes short videos into the cache ahead of reading, several a process: what is read is the same, the first epoch is
    /// faster. Files that cannot be read this way are left to the reading, which notes them.
    /// </summary>
    /// <param name="progress">Told the number of files looked at.</param>
    /// <param name="cancellation">Ends it; what is in the cache stays.</param>
    public Task PrefetchAsync(IProgress<int>? progress, CancellationToken cancellation)
    {
        var paths = _manifest.Entries.Select(_manifest.PathOf).Distinct(StringComparer.Ordinal).Take(MostPrefetched)
            .Chunk(VideoGroupDecoder.MostFiles);
        var workers = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Workers };
        var done = 0;
        return _config.CacheMegabytes == 0 ? Task.CompletedTask : Task.Run(() => Parallel.ForEach(paths, workers, chunk =>
        {
            _reader.Prefetch(chunk, cancellation);
            progress?.Report(Interlocked.Add(ref done, chunk.Length));
        }), cancellation);
    }

    private int Workers => _config.Workers > 0 ? _config.Workers : Environment.ProcessorCount;

    private IEnumerable<ClipRequest[]> TrainingPlan(int batchSize, ulong seed, IEnumerable<long> batches)
    {
        var order = new EpochOrder(Count, seed, OrderStream);
        foreach (var batch in batches)
        {
            var place = batch * batchSize;
            var clips = new ClipRequest[batchSize];
            for (var i = 0; i < batchSize; i++) clips[i] = new ClipRequest(order[place + i], seed, place + i);
            yield return clips;
        }
    }

    private async IAsyncEnumerable<ClipBatch> Read(
        IEnumerable<ClipRequest[]> plan, int batchSize, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // As many files a process as leaves every worker one. Those of several batches, where one has not as many, as long as the
        // next are being read while these wait.
        var together = (int)Math.Clamp((long)batchSize * _config.QueueBatches / Workers, 1, _reader.MostTogether);
        var atOnce = Math.Clamp(together / batchSize, 1, Math.Max(1, _config.QueueBatches / 2));
        using var batches = plan.Chunk(atOnce).GetEnumerator();
        await using var workers = new ClipWorkers(Workers, cancellation);
        var ahead = new Queue<PendingBatch>();
        try
        {
            while (true)
            {
                while (ahead.Count + atOnce <= _config.QueueBatches && batches.MoveNext())
                    foreach (var pending in PendingBatch.Queue(batches.Current, together, _config, _reader, workers)) ahead.Enqueue(
                        pending);
                if (!ahead.TryDequeue(out var next)) yield break;
                if (await next.Finish(cancellation).ConfigureAwait(false) is { } batch) yield return batch;
            }
        }
        finally
        {
            _index.Save();
        }
    }
}
