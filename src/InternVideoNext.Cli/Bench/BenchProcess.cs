using System.Diagnostics;
using InternVideoNext.Benchmarks;

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
        var host = Environment.ProcessPath!;
        IEnumerable<string> program = Path.GetFileNameWithoutExtension(host) == "dotnet" ? [typeof(BenchProcess).Assembly.Location] : [];
        return RunAsync(host, [.. program, .. words, "--json", json], json, cancellation);
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
        RunAsync(python, [script, .. words, "--json", json], json, cancellation);

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
        var (code, _, error) = await CallAsync(python, [script, .. words, "--trace", trace], cancellation).ConfigureAwait(false);
        if (code != 0) throw new InvalidDataException($"{python} ended with {code}: {ErrorText.LastLine(error)}");
    }

    /// <summary>The version of PyTorch that an interpreter imports.</summary>
    /// <exception cref="TwinMissingException">There is no such interpreter, or it has no PyTorch.</exception>
    public static async Task<string> TorchOfAsync(string python, CancellationToken cancellation)
    {
        try
        {
            var (code, output, error) = await CallAsync(python, ["-c", "import torch; print(torch.__version__)"], cancellation)
                .ConfigureAwait(false);
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

    private static async Task<BenchmarkResult> RunAsync(
        string program, IEnumerable<string> words, string json, CancellationToken cancellation)
    {
        var (code, _, error) = await CallAsync(program, words, cancellation).ConfigureAwait(false);
        return code == 0 ? BenchmarkResult.Load(json) : throw new InvalidDataException(
            $"{program} ended with {code}: {ErrorText.LastLine(error)}");
    }

    private static async Task<(int Code, string Output, string Error)> CallAsync(
        string program, IEnumerable<string> words, CancellationToken cancellation)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (
            process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        try
        {
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        return (process.ExitCode, await output.ConfigureAwait(false), await error.ConfigureAwait(false));
    }
}

/// <summary>There is no Python with PyTorch, which the twin needs.</summary>
internal sealed class TwinMissingException(string message) : Exception(message);
