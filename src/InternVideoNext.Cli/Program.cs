using System.CommandLine;
using InternVideoNext.Cli;
using InternVideoNext.Cli.Commands;

var root = new RootCommand(
    """
    InternVideo-Next: two-stage self-supervised video pre-training, from video files to probed models.

    Examples:
      ./ivnext quickstart                       the whole method on a small synthetic video set, with a report
      ./ivnext quickstart --videos ~/Videos     the same two stages on your own files
      ./ivnext doctor                           is everything here that training needs?

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something is missing in the environment.
    """);
foreach (var command in CommandTable.All()) root.Add(command);

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"ivnext: {error.Message}");
    Console.Error.WriteLine($"See ./ivnext {CommandTable.PathOf(parsed)}--help");
    return ExitCode.WrongUsage;
}
// Ctrl-C reaches the command as a cancelled token; it gets all the time it needs to write its checkpoint.
var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromHours(1) };
return await ErrorReport.GuardAsync(() => parsed.InvokeAsync(invocation)).ConfigureAwait(false);
