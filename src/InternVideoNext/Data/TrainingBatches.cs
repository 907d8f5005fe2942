namespace InternVideoNext.Data;

/// <summary>Numbers of training batches.</summary>
public static class TrainingBatches
{
    /// <summary>All from one on, without end.</summary>
    /// <param name="first">0 or more.</param>
    public static IEnumerable<long> From(long first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        return Count(first);
    }

    private static IEnumerable<long> Count(long number)
    {
        for (; ; number++) yield return number;
    }
}
