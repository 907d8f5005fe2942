using System.Runtime.CompilerServices;

namespace InternVideoNext.Data;

/// <summary>
/// A source whose every clip is read a few times with training's augmentation: what a probe that asks for augmented features is trained on.
/// </summary>
/// <param name="source">The clips.</param>
/// <param name="copies">How often each is read, newly augmented every time.</param>
/// <param name="seed">Of the augmentation.</param>
public sealed class AugmentedClips(IClipSource source, int copies, ulong seed) : IClipSource
{
    /// <inheritdoc/>
    public int Count => source.Count;

    /// <inheritdoc/>
    public string Fingerprint => source.Fingerprint;

    /// <inheritdoc/>
    public IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation) =>
        source.ReadTraining(batchSize, seed, batches, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var left = (long)Count * copies;
        await foreach (var batch in source.ReadTraining(batchSize, seed, TrainingBatches.From(0), cancellation).ConfigureAwait(false))
        {
            if (left >= batch.Entries.Count)
            {
                left -= batch.Entries.Count;
                yield return batch;
            }
            else
            {
                using var rest = batch;
                if (left > 0) yield return new ClipBatch(
                    batch.Video.narrow(0, 0, left).clone().DetachFromDisposeScope(), [.. batch.Entries.Take((int)left)]);
                left = 0;
            }
            if (left == 0) yield break;
        }
    }
}
