using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>What a trainer is given: training rows only, so that it cannot see others' labels.</summary>
/// <param name="Set">The features.</param>
/// <param name="Rows">The rows to train on.</param>
/// <param name="Classes">Classes, K.</param>
/// <param name="Settings">The grid points, G.</param>
/// <param name="Seed">Of initial weights and batch order.</param>
/// <param name="Device">Where to train.</param>
internal sealed record ProbeTask(FeatureSet Set, int[] Rows, int Classes, IReadOnlyList<ProbeSetting> Settings, ulong Seed, Device Device)
{
    private const ulong OrderStream = 1;

    /// <summary>Ends the training at its next step.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Steps of one epoch.</summary>
    public int StepsPerEpoch(int batchSize) => (Rows.Length + batchSize - 1) / batchSize;

    /// <summary>
    /// The rows of an epoch in a fresh order, cut into batches of nearly equal size, none larger than asked for
    /// (a last batch of one row would ruin batch statistics).
    /// </summary>
    public IEnumerable<int[]> Batches(int epoch, int batchSize)
    {
        var order = (int[])Rows.Clone();
        new DeterministicRandom(SeedSequence.Derive(Seed, OrderStream, (ulong)epoch)).Shuffle<int>(order);
        var steps = StepsPerEpoch(batchSize);
        for (var step = 0; step < steps; step++)
        {
            Cancellation.ThrowIfCancellationRequested();
            var from = (int)((long)order.Length * step / steps);
            var to = (int)((long)order.Length * (step + 1) / steps);
            yield return order[from..to];
        }
    }
}
