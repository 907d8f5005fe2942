using System.CommandLine;

namespace InternVideoNext.Cli;

/// <summary>The whole command line: parses, calls, and gives the exit code.</summary>
internal static class CommandLine
{
    private const string Description =
        """
        InternVideo-Next: two-stage self-supervised video pre-training, from video files to probed models.

        Examples:
          ./ivnext quickstart                       the whole method on a small synthetic video set, with a report
          ./ivnext quickstart --videos ~/Videos     the same two stages on your own files
          ./ivnext doctor                           is everything here that training needs?

        Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something is missing in the environment.
        """;

    /// <param name="arguments">The words after the program's name.</param>
    /// <param name="output">Takes help.</param>
    /// <param name="error">Takes error messages.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(Description);
        foreach (var command in CommandTable.All()) root.Add(command);
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors) await error.WriteLineAsync($"ivnext: {problem.Message}").ConfigureAwait(false);
            await error.WriteLineAsync($"See ./ivnext {CommandTable.PathOf(parsed)}--help").ConfigureAwait(false);
            return ExitCode.WrongUsage;
        }
        using var signals = new StopSignals();
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // the signals above are heard instead
        };
        return await ErrorReport.GuardAsync(() => parsed.InvokeAsync(invocation, signals.Token), error).ConfigureAwait(false);
    }
}
