using System.Globalization;
using System.Text;
using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Training;

namespace InternVideoNext.Cli.Runs;

/// <summary>
/// A batch size tried in a process of its own: what it takes is given back, and one that takes too much is ended before the
/// machine suffers.
/// </summary>
/// <param name="arguments">The words after the program's name that make it print one trial as JSON.</param>
/// <param name="residentMegabytes">Resident memory that it may take.</param>
/// <param name="peakMegabytes">What it may report of memory where it computes: the same on the CPU, the GPU's on CUDA.</param>
internal sealed class TrialProcess(IReadOnlyList<string> arguments, double residentMegabytes, double peakMegabytes)
{
    private const int Killed = 137;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="ConfigurationException">The configuration cannot be run at all.</exception>
    /// <exception cref="InvalidDataException">The trial failed for another reason than memory.</exception>
    public async Task<BatchTrial> RunAsync(int batchSize, CancellationToken cancellation)
    {
        var (text, problem) = (new StringBuilder(), new StringBuilder());
        using var process = ChildProcess.Start(ChildCommand.Itself(typeof(TrialProcess).Assembly, arguments) with
        {
            Output = ChildProcess.EachLine(line => text.AppendLine(line)),
            Error = ChildProcess.EachLine(line => problem.AppendLine(line)),
        });
        var tooMuch = false;
        while (!process.Exited.IsCompleted)
        {
            tooMuch |= process.ResidentBytes / 1024.0 / 1024.0 > residentMegabytes;
            if (tooMuch || cancellation.IsCancellationRequested) process.Kill();
            await ((Task)process.Exited).WaitAsync(PollInterval, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        cancellation.ThrowIfCancellationRequested();
        var code = await process.Exited.ConfigureAwait(false);
        return Judge(batchSize, code, tooMuch, text.ToString(), problem.ToString());
    }

    private BatchTrial Judge(int batchSize, int code, bool tooMuch, string text, string problem)
    {
        if (code == 0 && JsonSerializer.Deserialize<BatchTrial>(text) is { } trial)
            return trial with { Fits = trial.PeakMegabytes <= peakMegabytes };
        if (tooMuch || code == Killed || IsMemory(problem)) return new BatchTrial(batchSize, Fits: false, 0, 0);
        var message = string.Create(CultureInfo.InvariantCulture, $"a step of {batchSize} clips failed: {problem.Trim()}");
        throw code == ExitCode.WrongUsage ? new ConfigurationException(message) : new InvalidDataException(message);
    }

    // The first are ErrorReport's words; where the process was aborted there are libtorch's own.
    private static bool IsMemory(string problem) =>
        problem.Contains("memory ran out", StringComparison.Ordinal)
            || MemoryExhaustion.Says(problem);
}
