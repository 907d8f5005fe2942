namespace InternVideoNext.Data;

/// <summary>Where training and probing take their clips from: video files, or a synthetic world rendered straight to tensors.</summary>
public interface IClipSource
{
    /// <summary>Clips in the source.</summary>
    int Count { get; }

    /// <summary>
    /// Endless training batches from step <paramref name="firstStep"/> on: shuffled by epoch, randomly sampled in time,
    /// augmented. Batch s is a function of (seed, s) alone, whatever the parallelism and wherever reading began.
    /// </summary>
    IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, long firstStep, CancellationToken cancellation);

    /// <summary>Every clip once, in manifest order, without augmentation (segment middles, centre crop). Unreadable clips are left out.</summary>
    IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation);
}
