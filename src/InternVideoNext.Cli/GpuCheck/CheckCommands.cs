using System.Diagnostics;
using System.Text;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.GpuCheck;

/// <summary>
/// Runs commands of this program in processes of their own, so that one that is aborted ends nothing else, each with a log, until the
/// check's time is up.
/// </summary>
/// <param name="folder">Where logs are written.</param>
/// <param name="limit">The check's time, from now on.</param>
internal sealed class CheckCommands(string folder, TimeSpan limit)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<string> _run = [];

    /// <summary>Whether no time is left.</summary>
    public bool IsTimeUp => _clock.Elapsed >= limit;

    /// <summary>The commands since this was asked last.</summary>
    public IReadOnlyList<string> TakeCommands()
    {
        string[] taken = [.. _run];
        _run.Clear();
        return taken;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <param name="log">Name of its log, without an ending.</param>
    /// <param name="words">The command and its options.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="CheckFailedException">It ended with an error; the message has its last words.</exception>
    /// <exception cref="TimeoutException">The check's time was up.</exception>
    public Task RunAsync(string log, IReadOnlyList<string> words, CancellationToken cancellation) =>
        RunAsync(log, words, () => false, cancellation);

    /// <summary>Runs a command, and kills it as soon as a condition holds.</summary>
    /// <returns>Whether it was killed before its end.</returns>
    /// <inheritdoc cref="RunAsync(string, IReadOnlyList{string}, CancellationToken)"/>
    public async Task<bool> RunAsync(string log, IReadOnlyList<string> words, Func<bool> killWhen, CancellationToken cancellation)
    {
        _run.Add($"./ivnext {ShellWords.Join(words)}");
        var said = new StringBuilder();
        using var process = ChildProcess.Start(ChildCommand.Itself(typeof(CheckCommands).Assembly, words) with
        {
            Output = ChildProcess.EachLine(Say),
            Error = ChildProcess.EachLine(Say),
        });
        var kill = false;
        while (!process.Exited.IsCompleted)
        {
            kill |= killWhen();
            if (kill || IsTimeUp || cancellation.IsCancellationRequested) process.Kill();
            await ((Task)process.Exited).WaitAsync(PollInterval, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        var code = await process.Exited.ConfigureAwait(false);
        await File.AppendAllTextAsync(Path.Combine(folder, $"{log}.log"), $"$ {_run[^1]}\n{said}\n", CancellationToken.None)
            .ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (kill) return true;
        if (code == 0) return false;
        if (IsTimeUp) throw new TimeoutException("the check's time was up");
        throw new CheckFailedException($"{_run[^1]} ended with {code}: {LastWords(said.ToString())}");

        void Say(string line)
        {
            lock (said) said.AppendLine(line);
        }
    }

    private static string LastWords(string said) =>
        string.Join(" | ", said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(3));
}

/// <summary>A part of the check found that something does not hold.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
