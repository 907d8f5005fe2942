using System.Runtime.CompilerServices;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>
/// Clips of noise, each a function of the seed and its place in the stream; some batches may hold a number that is not finite.
/// </summary>
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

    /// <summary>The numbers of the batches that were asked for.</summary>
    public List<long> Read { get; } = [];

    public int Count => 100;

    /// <summary>What the clips are.</summary>
    public string Fingerprint { get; init; } = "noise";

    public async IAsyncEnumerable<ClipBatch> ReadTraining(
        int batchSize, ulong seed, IEnumerable<long> batches, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var step in batches)
        {
            Read.Add(step);
            await Before(step, cancellation);
            var video = empty([batchSize, 3, 2, 16, 16]).DetachFromDisposeScope();
            for (var i = 0; i < batchSize; i++) Fill(video, i, SeedSequence.Derive(seed, (ulong)(Same ? i : (step * batchSize) + i)));
            if (Broken.Contains(step)) video[0, 0, 0, 0, 0] = float.NaN;
            Made.Add(video);
            yield return new ClipBatch(video, [.. Enumerable.Range((int)step * batchSize, batchSize)]);
        }
    }

    private static void Fill(Tensor video, int clip, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        video[clip].normal_(0, 1, generator);
    }

    public IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, CancellationToken cancellation) => throw new NotSupportedException();
}
