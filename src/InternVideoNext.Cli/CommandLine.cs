using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace InternVideoNext.Cli;

/// <summary>The whole command line: parses, calls, and gives the exit code.</summary>
internal static partial class CommandLine
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
        var problems = parsed.Errors.Select(problem => Explain(problem.Message)).Concat(Empty(parsed)).Distinct().ToList();
        if (problems.Count > 0)
        {
            foreach (var problem in problems) await error.WriteLineAsync($"ivnext: {problem}").ConfigureAwait(false);
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

    // An empty word, as a shell makes of an unset variable, names nothing anywhere.
    private static IEnumerable<string> Empty(ParseResult parsed) => parsed.CommandResult.Children
        .Where(child => child.Tokens.Any(token => token.Value.Length == 0))
        .Select(child => child is OptionResult option ? $"{option.Option.Name}: its value is empty"
            : $"{((ArgumentResult)child).Argument.Name}: it is empty");

    private static string Explain(string message) => WrongType().Replace(
        message, match => $"{match.Groups["name"].Value} {match.Groups["value"].Value}: {Wanted(match.Groups["type"].Value)} is needed");

    private static string Wanted(string type) => type switch
    {
        "Int32" or "Int64" => "a whole number",
        "UInt64" or "UInt32" => "a whole number of 0 or more",
        "Double" => "a number",
        "Boolean" => "true or false",
        _ => $"a {type}",
    };

    // The parser's own words name the program's types.
    [GeneratedRegex(
        @"^Cannot parse argument '(?<value>.*)' for (?:option|argument|command) '(?<name>[^']+)' as expected type " +
        @"'.*?(?<type>\w+)\]*'.*$", RegexOptions.Singleline)]
    private static partial Regex WrongType();
}
