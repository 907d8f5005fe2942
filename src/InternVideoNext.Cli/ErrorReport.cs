using System.Runtime.InteropServices;
using System.Text.Json;
using System.Xml;
using FFMpegCore.Exceptions;
using InternVideoNext.Checkpoints.Hub;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Notebooks;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Cli;

/// <summary>
/// The one place where errors become a message on standard error and an exit code. It knows the types of this package's errors and of
/// those that its libraries throw at a user's input; only a fault of the program itself shows a stack.
/// </summary>
internal static class ErrorReport
{
    public static async Task<int> GuardAsync(Func<Task<int>> command, TextWriter error)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (Exception e) when (FindKnown(e) is { } known)
        {
            await error.WriteLineAsync($"ivnext: {ErrorText.Of(known.Error)}").ConfigureAwait(false);
            return known.Code;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("ivnext: interrupted").ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }

    // The outermost error with a message for people; what caused it is in that message already.
    private static (Exception Error, int Code)? FindKnown(Exception thrown)
    {
        for (Exception? error = thrown; error is not null; error = error.InnerException)
            if (CodeOf(error) is { } code) return (error, code);
        return null;
    }

    private static int? CodeOf(Exception error) => error switch
    {
        ConfigurationException => ExitCode.WrongUsage,
        LibTorchLoadException or FFMpegMissingException or NotebookEnvironmentException or Bench.TwinMissingException
            or NcclMissingException or MpiMissingException or WeightFetchException { IsUnreachable: true } => ExitCode.EnvironmentMissing,
        NotebookException => ExitCode.Failed,
        _ when error.GetType().Assembly == typeof(ConfigurationException).Assembly => ExitCode.Failed,
        // A value that the library itself refuses. Null where none may be is the program's own fault.
        ArgumentException and not ArgumentNullException => ExitCode.WrongUsage,
        // What the system and the libraries say of a file, a device, a program or an address that the user named.
        IOException or UnauthorizedAccessException or InvalidDataException or JsonException or XmlException => ExitCode.Failed,
        FFMpegException or ExternalException or HttpRequestException or OutOfMemoryException or TimeoutException => ExitCode.Failed,
        InvalidOperationException { Source: "TorchSharp" } or NotSupportedException => ExitCode.Failed,
        FormatException or OverflowException => ExitCode.Failed,
        _ => null,
    };
}
