using System.Diagnostics;
using InternVideoNext.Foundation;

namespace InternVideoNext.Training.Parallel;

/// <summary>The patience of one call of a group, counted in short stretches during which something may move.</summary>
/// <param name="options">How long to wait.</param>
internal sealed class CollectiveWait(CollectiveOptions options)
{
    /// <summary>How long a caller may sleep before it comes back.</summary>
    public static readonly TimeSpan Stretch = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan NoticeAfter = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _stretch = Stopwatch.StartNew();
    private TimeSpan _silent, _sinceStop;
    private bool _noticed;

    /// <summary>Why the wait is over, as the end of a sentence; null while it is not.</summary>
    public string? Verdict =>
        _silent >= options.Timeout ? $"nothing was heard of it for {Readable.Time(options.Timeout)} (the limit of a collective call)"
        : options.Stop.IsCancellationRequested && _sinceStop >= options.StopTimeout
            ? $"nothing was heard of it for {Readable.Time(options.StopTimeout)} after the run was told to stop"
        : null;

    /// <summary>Counts the time since the last call.</summary>
    /// <param name="moved">Whether anything was heard since then.</param>
    /// <param name="silent">Whom the caller waits for.</param>
    public void Count(bool moved, IEnumerable<int> silent)
    {
        // A process that was itself stopped for a while, with all others, must not blame them: a stretch counts as one.
        var passed = _stretch.Elapsed < Stretch ? _stretch.Elapsed : Stretch;
        _stretch.Restart();
        _silent = moved ? TimeSpan.Zero : _silent + passed;
        if (!options.Stop.IsCancellationRequested) return;
        _sinceStop = moved ? TimeSpan.Zero : _sinceStop + passed;
        if (_noticed || _sinceStop < NoticeAfter) return;
        _noticed = true;
        options.Notice?.Invoke($"told to stop, but still waiting for rank {string.Join(", ", silent)}, for at most "
            + $"{Readable.Time(options.StopTimeout)}; a second Ctrl-C ends at once");
    }
}
