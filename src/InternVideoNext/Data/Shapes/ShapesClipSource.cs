using System.Runtime.CompilerServices;
using InternVideoNext.Randomness;
using TorchSharp;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// Clips of a <see cref="ShapesWorld"/> rendered straight to tensors, without files. Entry i is clip i of the split.
/// Training times are random, one in each of T equal segments of the clip; <see cref="ReadOnce"/> takes the segments' middles.
/// There is no other augmentation: the world draws new positions, colours and directions for every clip, and it is its own
/// mirror image, so that flips would add nothing (and would exchange the motion labels of left and right).
/// </summary>
public sealed class ShapesClipSource : IClipSource
{
    private const ulong OrderStream = 1;
    private const ulong TimeStream = 2;

    private readonly ShapesSourceConfig _config;
    private readonly ShapesWorld _world;
    private readonly int _readAhead;

    internal ShapesClipSource(ShapesSourceConfig config, ShapesWorld world, int readAhead) =>
        (_config, _world, _readAhead) = (config, world, readAhead);

    /// <inheritdoc/>
    public int Count => _config.Clips;

    /// <summary>The classes of every clip, in order of entry.</summary>
    /// <param name="name">A label of the world, see <see cref="ShapesWorld.Labels"/>.</param>
    /// <exception cref="ArgumentException">The world has no such label.</exception>
    public int[] Labels(string name)
    {
        if (!_world.Labels.ContainsKey(name))
            throw new ArgumentException($"The world has no label '{name}'; it has {string.Join(", ", _world.Labels.Keys)}.", nameof(name));
        var classes = new int[Count];
        for (var entry = 0; entry < Count; entry++) classes[entry] = ShapesWorld.LabelsOf(_world.Clip(_config.Split, entry))[name];
        return classes;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        return ReadAhead(TrainingRequests(batchSize, seed, batches), cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batchSize);
        var middles = SegmentTimes(_config.Frames, null);
        return ReadAhead(Enumerable.Range(0, Count).Select(entry => (entry, middles)).Chunk(batchSize), cancellation);
    }

    /// <summary>T times, one in each of T equal segments of a clip: random, or the middles.</summary>
    internal static double[] SegmentTimes(int frames, DeterministicRandom? random)
    {
        var times = new double[frames];
        for (var i = 0; i < frames; i++) times[i] = (i + (random?.NextDouble() ?? 0.5)) / frames;
        return times;
    }

    // Entry number n of the endless stream is number n mod Count of epoch n / Count's order.
    private IEnumerable<(int Entry, double[] Times)[]> TrainingRequests(int batchSize, ulong seed, IEnumerable<long> batches)
    {
        var order = new int[Count];
        var orderedEpoch = -1L;
        foreach (var number in batches)
        {
            var batch = new (int, double[])[batchSize];
            for (var i = 0; i < batchSize; i++)
            {
                var (epoch, position) = Math.DivRem((number * batchSize) + i, Count);
                if (epoch != orderedEpoch) Shuffle(order, seed, orderedEpoch = epoch);
                var entry = order[position];
                var random = new DeterministicRandom(SeedSequence.Derive(seed, TimeStream, (ulong)epoch, (ulong)entry));
                batch[i] = (entry, SegmentTimes(_config.Frames, random));
            }

            yield return batch;
        }
    }

    private static void Shuffle(int[] order, ulong seed, long epoch)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        new DeterministicRandom(SeedSequence.Derive(seed, OrderStream, (ulong)epoch)).Shuffle(order.AsSpan());
    }

    private async IAsyncEnumerable<ClipBatch> ReadAhead(
        IEnumerable<(int Entry, double[] Times)[]> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pending = new Queue<Task<ClipBatch>>();
        using var request = requests.GetEnumerator();
        try
        {
            for (var more = true; more || pending.Count > 0;)
            {
                while (more && pending.Count < _readAhead && (more = request.MoveNext())) pending.Enqueue(Start(request.Current));
                if (pending.Count > 0) yield return await pending.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var task in pending)
            {
                await Task.WhenAny(task).ConfigureAwait(false);
                if (task.IsCompletedSuccessfully) task.Result.Dispose();
            }
        }

        Task<ClipBatch> Start((int, double[])[] batch) => Task.Run(() => Render(batch, cancellation), cancellation);
    }

    private ClipBatch Render((int Entry, double[] Times)[] batch, CancellationToken cancellation)
    {
        var frames = _config.Frames;
        var rgb = new byte[frames * _config.Size * _config.Size * 3];
        var video = torch.empty([batch.Length, 3, frames, _config.Size, _config.Size]).DetachFromDisposeScope();
        for (var i = 0; i < batch.Length; i++)
        {
            if (cancellation.IsCancellationRequested) video.Dispose();
            cancellation.ThrowIfCancellationRequested();
            _world.Clip(_config.Split, batch[i].Entry).Render(_config.Size, batch[i].Times, rgb);
            ImageNetPixels.Write(rgb, ImageNetPixels.Floats(video).Slice(i * rgb.Length, rgb.Length));
        }

        return new ClipBatch(video, Array.ConvertAll(batch, item => item.Entry));
    }
}
