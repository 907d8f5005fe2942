using System.ComponentModel;
using System.Diagnostics;

namespace InternVideoNext.Notebooks;

/// <summary>Runs the <c>dotnet</c> command.</summary>
internal static class DotNet
{
    /// <summary>A command line, not started; variables that steer a build of this project from outside are taken away.</summary>
    public static ProcessStartInfo Command(params IEnumerable<string> arguments)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        var start = new ProcessStartInfo(host)
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Remove("LibraryFrameworks");
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        return start;
    }

    /// <summary>Starts it.</summary>
    /// <exception cref="NotebookEnvironmentException">There is no <c>dotnet</c>.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new NotebookEnvironmentException(
                $"'{start.FileName}' cannot be started ({e.Message}). Notebooks need the .NET SDK 10: "
                + "https://dotnet.microsoft.com/download");
        }
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>The exit code, and both streams together.</returns>
    /// <exception cref="NotebookEnvironmentException">There is no <c>dotnet</c>, or no SDK with it.</exception>
    public static async Task<(int Code, string Output)> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var streams = await Task.WhenAll(
                process.StandardOutput.ReadToEndAsync(cancellation),
                process.StandardError.ReadToEndAsync(cancellation)).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            var output = string.Concat(streams);
            if (process.ExitCode != 0 && output.Contains("No .NET SDKs were found", StringComparison.Ordinal))
                throw new NotebookEnvironmentException(
                    "there is a .NET runtime here, but no SDK. Notebooks need the .NET SDK 10: https://dotnet.microsoft.com/download");
            return (process.ExitCode, output);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
