namespace InternVideoNext.Training;

/// <summary>Looks for the largest batch that fits: doubles until one does not, then halves the gap.</summary>
/// <param name="attempt">Tries one batch size.</param>
/// <param name="most">No larger one is tried.</param>
public sealed class BatchSearch(Func<int, CancellationToken, Task<BatchTrial>> attempt, int most)
{
    // A finer answer would not change what one trains with.
    private const int Fineness = 8;

    /// <summary>Every size tried, in the order tried. The largest that fits is within an eighth of the largest possible.</summary>
    /// <param name="progress">Told each trial when it is done.</param>
    /// <param name="cancellation">Ends the search.</param>
    public async Task<IReadOnlyList<BatchTrial>> RunAsync(IProgress<BatchTrial>? progress, CancellationToken cancellation)
    {
        var trials = new List<BatchTrial>();
        var (fits, fails) = (0, most + 1);
        for (var size = 1; size < fails; size *= 2)
            if (await Try(size).ConfigureAwait(false)) fits = size;
            else fails = size;
        while (fits > 0 && fails <= most && fails - fits > Math.Max(1, fits / Fineness))
        {
            var middle = (fits + fails) / 2;
            if (await Try(middle).ConfigureAwait(false)) fits = middle;
            else fails = middle;
        }
        return trials;

        async Task<bool> Try(int size)
        {
            var trial = await attempt(size, cancellation).ConfigureAwait(false);
            trials.Add(trial);
            progress?.Report(trial);
            return trial.Fits;
        }
    }
}
