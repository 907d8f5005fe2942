using InternVideoNext.Benchmarks;
using InternVideoNext.Foundation;

namespace InternVideoNext.Cli.Bench;

/// <summary>One of the two programs measured in a process of its own, so that neither finds the other's memory and threads.</summary>
internal static class BenchProcess
{
    /// <summary>Measures with this program.</summary>
    /// <param name="words">The command and its options.</param>
    /// <param name="json">Where the result is written.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="InvalidDataException">It failed.</exception>
    public static Task<BenchmarkResult> OursAsync(IEnumerable<string> words, string json, CancellationToken cancellation)
    {
        var command = ChildCommand.Itself(typeof(BenchProcess).Assembly, [.. words, "--json", json]);
        return RunAsync(command, json, cancellation);
    }

    /// <summary>Measures with the PyTorch twin.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="script">twin.py.</param>
    /// <param name="words">Its options.</param>
    /// <param name="json">Where the result is written.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="InvalidDataException">It failed.</exception>
    public static Task<BenchmarkResult> TwinAsync(
        string python, string script, IEnumerable<string> words, string json, CancellationToken cancellation) =>
        RunAsync(new ChildCommand(python, [script, .. words, "--json", json]), json, cancellation);

    /// <summary>Has the PyTorch twin write its step's loss as TorchScript.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="script">twin.py.</param>
    /// <param name="words">Its options.</param>
    /// <param name="trace">Where it is written.</param>
    /// <param name="cancellation">Ends the process.</param>
    /// <exception cref="InvalidDataException">It failed.</exception>
    public static async Task TraceAsync(
        string python, string script, IEnumerable<string> words, string trace, CancellationToken cancellation)
    {
        var command = new ChildCommand(python, [script, .. words, "--trace", trace]);
        var (code, _, error) = await ChildProcess.AskAsync(command, cancellation).ConfigureAwait(false);
        if (code != 0) throw new InvalidDataException($"{python} ended with {code}: {ErrorText.LastLine(error)}");
    }

    /// <summary>The version of PyTorch that an interpreter imports.</summary>
    /// <exception cref="TwinMissingException">There is no such interpreter, or it has no PyTorch.</exception>
    public static async Task<string> TorchOfAsync(string python, CancellationToken cancellation)
    {
        try
        {
            var command = new ChildCommand(python, ["-c", "import torch; print(torch.__version__)"]);
            var (code, output, error) = await ChildProcess.AskAsync(command, cancellation).ConfigureAwait(false);
            if (code == 0) return output.Trim();
            throw new TwinMissingException(
                $"--python {python} cannot import torch, which the twin needs: {ErrorText.LastLine(error)}\nName a Python that has "
                + $"PyTorch, or install it: {python} -m pip install torch");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new TwinMissingException($"--python {python}: there is no such program; the twin needs a Python with PyTorch");
        }
    }

    private static async Task<BenchmarkResult> RunAsync(ChildCommand command, string json, CancellationToken cancellation)
    {
        var (code, _, error) = await ChildProcess.AskAsync(command, cancellation).ConfigureAwait(false);
        return code == 0 ? BenchmarkResult.Load(json)
            : throw new InvalidDataException($"{command.Program} ended with {code}: {ErrorText.LastLine(error)}");
    }
}

/// <summary>There is no Python with PyTorch, which the twin needs.</summary>
internal sealed class TwinMissingException(string message) : Exception(message);
