using System.Runtime.CompilerServices;
using InternVideoNext.Data;
using InternVideoNext.Randomness;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>Clips of noise, batch s a function of (seed, s); some batches may hold a number that is not finite.</summary>
internal sealed class NoiseClips : IClipSource
{
    /// <summary>0-based batches that are broken.</summary>
    public IReadOnlyList<long> Broken { get; init; } = [];

    /// <summary>Every batch is the first one.</summary>
    public bool Same { get; init; }

    /// <summary>Called before each batch is made; may wait.</summary>
    public Func<long, CancellationToken, Task> Before { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Batches made and not disposed.</summary>
    public List<Tensor> Made { get; } = [];

    public int Count => 100;

    public async IAsyncEnumerable<ClipBatch> ReadTraining(int batchSize, ulong seed, long firstStep, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var step = firstStep; ; step++)
        {
            await Before(step, cancellation);
            using var generator = new Generator(SeedSequence.Derive(seed, Same ? 0 : (ulong)step));
            var video = randn([batchSize, 3, 2, 16, 16], generator: generator).DetachFromDisposeScope();
            if (Broken.Contains(step)) video[0, 0, 0, 0, 0] = float.NaN;
            Made.Add(video);
            yield return new ClipBatch(video, [.. Enumerable.Range((int)step * batchSize, batchSize)]);
        }
    }

    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation) => throw new NotSupportedException();
}
