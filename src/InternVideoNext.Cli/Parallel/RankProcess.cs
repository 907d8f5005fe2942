using System.Diagnostics;

namespace InternVideoNext.Cli.Parallel;

/// <summary>
/// A process that was started to train a run together with this one. What it says on standard error is said here under its name.
/// </summary>
internal sealed class RankProcess : IDisposable
{
    private readonly Process _process;

    private RankProcess(int rank, ProcessStartInfo start)
    {
        Rank = rank;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not null) Console.Error.WriteLine($"rank {rank}: {e.Data}");
        };
        _process.Start();
        _process.BeginErrorReadLine();
        Exited = _process.WaitForExitAsync();
    }

    public int Rank { get; }

    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts this program with other words.</summary>
    public static RankProcess Start(int rank, IEnumerable<string> words, IReadOnlyDictionary<string, string> environment)
    {
        var program = Environment.ProcessPath!;
        IEnumerable<string> self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(RankProcess).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, self.Concat(words)) { RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new RankProcess(rank, start);
    }

    /// <summary>Waits until it has ended, but not longer than <paramref name="patience"/>: then it is killed.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await Exited.WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_process.HasExited) _process.Kill();
        await Exited.ConfigureAwait(false);
    }

    public void Dispose() => _process.Dispose();
}
