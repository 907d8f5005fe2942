using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>One clip to read: what comes of it depends on these members alone.</summary>
/// <param name="Entry">Its entry in the manifest.</param>
/// <param name="Seed">The run's seed for training; null for evaluation, which draws nothing.</param>
/// <param name="Place">Its place in the endless sequence of training clips.</param>
/// <param name="View">Which view of it, for evaluation; null for segment middles and the centre crop.</param>
internal readonly record struct ClipRequest(int Entry, ulong? Seed, long Place, ClipView? View = null)
{
    private const ulong SampleStream = 0x73616D706C65; // "sample"

    /// <summary>The entry and generator of an attempt; each attempt after the first takes another entry.</summary>
    /// <param name="attempt">From 0.</param>
    /// <param name="entries">Entries in the manifest.</param>
    public (int Entry, DeterministicRandom? Random) Draw(ulong attempt, int entries)
    {
        if (Seed is not { } seed) return (Entry, null);
        var random = new DeterministicRandom(SeedSequence.Derive(seed, SampleStream, (ulong)Place, attempt));
        return (attempt == 0 ? Entry : random.NextInt(entries), random);
    }
}
