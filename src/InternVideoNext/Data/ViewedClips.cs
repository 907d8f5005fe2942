namespace InternVideoNext.Data;

/// <summary>
/// A source whose every clip is read once as all its views, one after another: crop by crop, within a crop segment by segment.
/// </summary>
/// <param name="source">The clips.</param>
/// <param name="views">Their views.</param>
public sealed class ViewedClips(VideoClipSource source, ClipViews views) : IClipSource
{
    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public string Fingerprint => source.Fingerprint;

    /// <inheritdoc/>
    public IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation) =>
        source.ReadTraining(batchSize, seed, batches, cancellation);

    /// <inheritdoc/>
    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation) =>
        source.ReadViews(views, batchSize, cancellation);
}
