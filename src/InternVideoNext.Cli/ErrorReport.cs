using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Notebooks;

namespace InternVideoNext.Cli;

/// <summary>Turns errors into one message on standard error and the right exit code; only the unexpected shows a stack.</summary>
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
            await error.WriteLineAsync($"ivnext: {MessageOf(known.Error)}").ConfigureAwait(false);
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

    // libtorch's own words are followed by its stack.
    private static string MessageOf(Exception error) =>
        error.GetType().Assembly != typeof(ConfigurationException).Assembly && MemoryExhaustion.Is(error)
            ? $"memory ran out: {error.Message.Split('\n')[0]}\nRemedies: a smaller batch or model, or another --device" : error.Message;

    private static int? CodeOf(Exception error) => error switch
    {
        ConfigurationException => ExitCode.WrongUsage,
        LibTorchLoadException or FFMpegMissingException or NotebookEnvironmentException or Bench.TwinMissingException =>
            ExitCode.EnvironmentMissing,
        NotebookException => ExitCode.Failed,
        _ when error.GetType().Assembly == typeof(ConfigurationException).Assembly => ExitCode.Failed,
        _ when MemoryExhaustion.Is(error) => ExitCode.Failed,
        IOException or UnauthorizedAccessException or InvalidDataException => ExitCode.Failed,
        _ => null,
    };
}
