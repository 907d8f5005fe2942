using System.Runtime.CompilerServices;
using TorchSharp;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// Clips of a <see cref="ShapesWorld"/> rendered straight to tensors, without files. Entry i is clip i of the split, shown at the
/// middles of T equal segments of its time, in training too. There is no augmentation: the world draws new positions, colours and
/// directions for every clip, and it is its own mirror image, so that flips would add nothing (and would exchange the motion labels
/// of left and right).
/// </summary>
public sealed class ShapesClipSource : IClipSource
{
    private const ulong OrderStream = 1;

    private readonly ShapesSourceConfig _config;
    private readonly ShapesWorld _world;
    private readonly int _readAhead;

    internal ShapesClipSource(ShapesSourceConfig config, ShapesWorld world, int readAhead) =>
        (_config, _world, _readAhead) = (config, world, readAhead);

    /// <inheritdoc/>
    public int Count => _config.Clips;

    /// <inheritdoc/>
    public string Fingerprint => $"{_world.Seed} {_world.Config} {_config}";

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
        return ReadAhead(Enumerable.Range(0, Count).Chunk(batchSize), cancellation);
    }

    /// <summary>The middles of T equal segments of a clip.</summary>
    internal static double[] SegmentMiddles(int frames) => [.. Enumerable.Range(0, frames).Select(i => (i + 0.5) / frames)];

    private IEnumerable<int[]> TrainingRequests(int batchSize, ulong seed, IEnumerable<long> batches)
    {
        var order = new EpochOrder(Count, seed, OrderStream);
        foreach (var number in batches)
        {
            var batch = new int[batchSize];
            for (var i = 0; i < batchSize; i++) batch[i] = order[(number * batchSize) + i];
            yield return batch;
        }
    }

    private async IAsyncEnumerable<ClipBatch> ReadAhead(
        IEnumerable<int[]> requests, [EnumeratorCancellation] CancellationToken cancellation)
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

        Task<ClipBatch> Start(int[] batch) => Task.Run(() => Render(batch, cancellation), cancellation);
    }

    private ClipBatch Render(int[] batch, CancellationToken cancellation)
    {
        var (frames, times) = (_config.Frames, SegmentMiddles(_config.Frames));
        var rgb = new byte[frames * _config.Size * _config.Size * 3];
        var video = torch.empty([batch.Length, 3, frames, _config.Size, _config.Size]).DetachFromDisposeScope();
        for (var i = 0; i < batch.Length; i++)
        {
            if (cancellation.IsCancellationRequested) video.Dispose();
            cancellation.ThrowIfCancellationRequested();
            _world.Clip(_config.Split, batch[i]).Render(_config.Size, times, rgb);
            ImageNetPixels.Write(rgb, ImageNetPixels.Floats(video).Slice(i * rgb.Length, rgb.Length));
        }

        return new ClipBatch(video, batch);
    }
}
