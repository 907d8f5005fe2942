using InternVideoNext.Configuration;
using InternVideoNext.Data;
using InternVideoNext.Native;

namespace InternVideoNext.Cli;

/// <summary>Turns errors into one message on standard error and the right exit code; only the unexpected shows a stack.</summary>
internal static class ErrorReport
{
    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command().ConfigureAwait(false);
        }
        catch (Exception e) when (Known(e) is { } code)
        {
            await Console.Error.WriteLineAsync($"ivnext: {e.GetBaseException().Message}").ConfigureAwait(false);
            return code;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("ivnext: interrupted").ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }

    private static int? Known(Exception error) => error.GetBaseException() switch
    {
        ConfigurationException => ExitCode.WrongUsage,
        LibTorchLoadException or FFMpegMissingException => ExitCode.EnvironmentMissing,
        Exception e when e.GetType().Assembly == typeof(ConfigurationException).Assembly => ExitCode.Failed,
        IOException or UnauthorizedAccessException => ExitCode.Failed,
        _ => null,
    };
}
