namespace InternVideoNext.Foundation;

/// <summary>
/// Derives independent 64-bit seeds from one run seed and a path of integers (epoch, index, step, stream).
/// Every random draw of a run is a function of such a path, so a resumed run needs no saved generator state.
/// </summary>
public static class SeedSequence
{
    /// <summary>Mixes <paramref name="seed"/> with each element of <paramref name="path"/> in order.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="path">Where the draw happens, for example (stream, step). Order matters.</param>
    /// <returns>A seed; the same on every machine.</returns>
    public static ulong Derive(ulong seed, params ReadOnlySpan<ulong> path)
    {
        var state = Mix(seed + Golden);
        foreach (var element in path) state = Mix(state ^ Mix(element + Golden));
        return state;
    }

    internal const ulong Golden = 0x9E3779B97F4A7C15, FirstFactor = 0xBF58476D1CE4E5B9, SecondFactor = 0x94D049BB133111EB;

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * FirstFactor;
        z = (z ^ (z >> 27)) * SecondFactor;
        return z ^ (z >> 31);
    }
}
