using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Runs;
using InternVideoNext.Foundation;
using InternVideoNext.Runs;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext runs</c>: what was trained, side by side, and as curves.</summary>
internal static class RunsCommand
{
    private static readonly Argument<string> Root = new("folder")
    { DefaultValueFactory = _ => "runs", Description = "Where to look, subfolders included." };
    private static readonly Argument<string[]> Folders = new("dir")
    { Arity = ArgumentArity.OneOrMore, Description = "A run's folder; give several to lay them over one another." };
    private static readonly Option<string?> Out = new("--out")
    { Description = "The .html file to write; curves.html in the first run's folder where not given." };

    public static Command Create()
    {
        var runs = new Command("runs",
            """
            List training runs, compare them, draw their curves.

            Examples:
              ./ivnext runs                                 every run below runs/
              ./ivnext runs compare runs/a runs/b           where their configurations differ, and their last numbers
              ./ivnext runs show runs/a runs/b --out ab.html
            """) { Root };
        runs.SetAction((parsed, _) => ListAsync(parsed.GetValue(Root)!));
        var compare = new Command("compare",
            """
            Show where runs' configurations differ, and their last numbers side by side.

            Example:
              ./ivnext runs compare runs/a runs/b
            """) { Folders };
        compare.SetAction((parsed, _) => CompareAsync(parsed.GetValue(Folders)!));
        var show = new Command("show",
            """
            Draw the curves of one run, or of several over one another, into one self-contained page.

            Examples:
              ./ivnext runs show runs/stage1
              ./ivnext runs show runs/a runs/b --out ab.html
            """) { Folders, Out };
        show.SetAction((parsed, _) => ShowAsync(parsed.GetValue(Folders)!, parsed.GetValue(Out)));
        runs.Add(compare);
        runs.Add(show);
        return runs;
    }

    private static async Task<int> ListAsync(string root)
    {
        var summaries = new List<RunSummary>();
        foreach (var folder in RunSummary.Find(root))
        {
            try
            {
                summaries.Add(RunSummary.Read(folder));
            }
            catch (ConfigurationException e) // of another version, or edited: the others are still worth a list
            {
                await Console.Error.WriteLineAsync($"ivnext: left out: {e.Message}").ConfigureAwait(false);
            }
        }
        if (summaries.Count == 0) Console.WriteLine($"No run in {root}.");
        else ConsoleOutput.Write(RunsTable.List(root, summaries));
        return ExitCode.Done;
    }

    private static async Task<int> CompareAsync(string[] folders)
    {
        var runs = await OpenAsync(folders).ConfigureAwait(false);
        var differences = RunsTable.Differences(runs);
        if (differences.Rows.Count > 0) ConsoleOutput.Write(differences);
        else Console.WriteLine("The configurations are the same.");
        ConsoleOutput.Write(RunsTable.Results(runs));
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(string[] folders, string? path)
    {
        OutputPath.Require(Out.Name, path);
        var runs = await OpenAsync(folders).ConfigureAwait(false);
        path ??= Path.Combine(folders[0], "curves.html");
        RunsReport.Create(runs, $"./ivnext runs show {ShellWords.JoinForOthers(folders)}").Write(path);
        Console.WriteLine($"Wrote {path}");
        return ExitCode.Done;
    }

    private static async Task<IReadOnlyList<RunHistory>> OpenAsync(string[] folders)
    {
        var runs = RunHistory.Open(folders);
        foreach (var run in runs.Where(r => r.LastLineCut))
            await Console.Error.WriteLineAsync(
                $"ivnext: {run.Name}: the last line of metrics.jsonl was cut short, as by a kill; it is left out").ConfigureAwait(false);
        return runs;
    }
}
