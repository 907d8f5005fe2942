using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Parallel;

/// <summary>
/// A process that was started to train a run together with this one. What it says on standard error is said here under its name.
/// </summary>
internal sealed class RankProcess : IDisposable
{
    private readonly ChildProcess _process;

    private RankProcess(int rank, ChildCommand command)
    {
        Rank = rank;
        _process = ChildProcess.Start(
            command with { Error = ChildProcess.EachLine(line => Console.Error.WriteLine($"rank {rank}: {line}")) });
        Exited = _process.Exited;
    }

    public int Rank { get; }

    public Task<int> Exited { get; }

    public int ExitCode => Exited.Result;

    /// <summary>Starts this program with other words.</summary>
    public static RankProcess Start(int rank, IEnumerable<string> words, IReadOnlyDictionary<string, string> environment) =>
        new(rank, ChildCommand.Itself(typeof(RankProcess).Assembly, words) with
        {
            Environment = environment.ToDictionary(v => v.Key, v => (string?)v.Value),
        });

    /// <summary>Waits until it has ended, but not longer than <paramref name="patience"/>: then it is killed.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await ((Task)Exited).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Kill();
        await Exited.ConfigureAwait(false);
    }

    public void Dispose() => _process.Dispose();
}
