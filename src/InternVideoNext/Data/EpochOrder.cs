using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>The order in which training goes through a data set: each epoch its own permutation, a function of (seed, epoch).</summary>
/// <param name="count">Clips in the data set.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="stream">Tells this use of the seed from others.</param>
internal sealed class EpochOrder(int count, ulong seed, ulong stream)
{
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The entry at a place of the endless sequence. Not thread-safe; cheap within an epoch.</summary>
    public int this[long place]
    {
        get
        {
            var (epoch, index) = Math.DivRem(place, (long)count);
            if (epoch != _epoch)
            {
                for (var i = 0; i < count; i++) _order[i] = i;
                new DeterministicRandom(SeedSequence.Derive(seed, stream, (ulong)epoch)).Shuffle(_order.AsSpan());
                _epoch = epoch;
            }
            return _order[index];
        }
    }
}
