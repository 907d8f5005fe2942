using InternVideoNext.Cli;

ConsoleOutput.TakeOver();
var code = await CommandLine.RunAsync(args, Console.Out, Console.Error).ConfigureAwait(false);
if (ConsoleOutput.Failure is not { } failure) return code;
Console.Error.WriteLine($"ivnext: standard output could not be written ({failure}): what was to be shown is lost, files are complete.");
return code == ExitCode.Done && !CommandTable.WorksOnFiles(args) ? ExitCode.Failed : code;
