using System.Globalization;
using static TorchSharp.torch;

namespace InternVideoNext.Data;

/// <summary>Where training and probing take their clips from: video files, or a synthetic world rendered straight to tensors.</summary>
public interface IClipSource
{
    /// <summary>Clips in the source.</summary>
    int Count { get; }

    /// <summary>
    /// Tells the clips and their order from others: equal where two processes would read the same. Their number alone, unless a source
    /// knows better.
    /// </summary>
    string Fingerprint => Count.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Training batches: shuffled by epoch, randomly sampled in time, augmented. Batch n of the endless sequence is a function
    /// of (seed, n) alone, whatever the parallelism and whichever others are read.
    /// </summary>
    /// <param name="batchSize">Clips a batch.</param>
    /// <param name="seed">The run's.</param>
    /// <param name="batches">
    /// The numbers of the batches to read, in this order, from 0; may be without end (<see cref="TrainingBatches.From"/>). Nothing of any
    /// other is read.
    /// </param>
    /// <param name="cancellation">Ends the reading.</param>
    IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation);

    /// <summary>
    /// Every clip once, in manifest order, without augmentation (segment middles, centre crop). Unreadable clips are left out.
    /// </summary>
    IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation);
}

/// <summary>A batch of clips, ready for the model. The holder disposes it.</summary>
/// <param name="Video">[B, 3, T, H, W] float32 on the CPU, ImageNet mean/std normalised, outside every dispose scope.</param>
/// <param name="Entries">For each clip, the index of its entry in the manifest.</param>
public sealed record ClipBatch(Tensor Video, IReadOnlyList<int> Entries) : IDisposable
{
    /// <summary>Clips that stand where the order wanted others, which are broken; in order of place.</summary>
    public IReadOnlyList<ClipReplacement> Replaced { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose() => Video.Dispose();
}

/// <summary>A training clip that took the place of one whose file is broken: a function of seed, place and broken files.</summary>
/// <param name="Place">In the batch, from 0.</param>
/// <param name="Entry">The entry that was wanted.</param>
/// <param name="By">The entry that is there.</param>
/// <param name="Reason">What is wrong with the wanted one's file.</param>
public sealed record ClipReplacement(int Place, int Entry, int By, string Reason);
