using InternVideoNext.Foundation;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Damaged files by the thousand: each is read, or refused by an error that is expected.</summary>
internal static class Fuzzing
{
    /// <param name="count">Files to try.</param>
    /// <param name="seeds">Sound ones, taken in turn.</param>
    /// <param name="random">Draws the damage.</param>
    /// <param name="mutate">Damages a copy.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="isRefusal">Whether an error is a refusal; any other ends the test.</param>
    /// <returns>Files that were read, files that were refused, and the most bytes that one of them made the reader allocate.</returns>
    public static (int Read, int Refused, long Longest) Run(
        int count, byte[][] seeds, DeterministicRandom random, Func<byte[], DeterministicRandom, byte[]> mutate, Action<byte[]> read,
        Func<Exception, bool> isRefusal)
    {
        var (done, refused, longest) = (0, 0, 0L);
        for (var i = 0; i < count; i++)
        {
            var bytes = mutate(seeds[i % seeds.Length], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
                done++;
            }
            catch (Exception e) when (isRefusal(e))
            {
                refused++;
            }
            longest = Math.Max(longest, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return (done, refused, longest);
    }
}
