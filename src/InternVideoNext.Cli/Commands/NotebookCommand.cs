using System.CommandLine;
using System.Globalization;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Packaging;
using InternVideoNext.Foundation;
using InternVideoNext.Notebooks;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Cli.Commands;

/// <summary><c>ivnext notebook run</c>: executes notebooks without an editor.</summary>
internal static class NotebookCommand
{
    private static readonly Argument<string> Path = new("path") { Description = "An .ipynb file, or a folder of them." };
    private static readonly Option<string> Out = new("--out")
    { DefaultValueFactory = _ => "runs/notebooks", Description = "Where the executed notebooks go." };
    private static readonly Option<string?> Html = new("--html")
    { Description = "Where a page of each goes, with an index; each is one file that opens without a network." };
    private static readonly Option<string[]> Parameters = new("--parameters")
    {
        Description = "name=value, for a name that the cell tagged 'parameters' declares; may be repeated.",
        AllowMultipleArgumentsPerToken = true
    };
    private static readonly Option<string?> Size = new("--size")
    { Description = "Sets the parameter 'size': smoke (seconds) or mini (minutes; the notebooks' own)." };
    private static readonly Option<double?> Timeout = new Option<double?>("--timeout")
    { Description = "Seconds that one notebook may take." }.InRange(0.001, 1e6);

    public static Command CreateRun()
    {
        var command = new Command("run",
            """
            Run notebooks, each in a process of its own, against the packages of this checkout (packed first where the feed lacks
            them). A failing cell ends its notebook, not the others; what was put out is kept. Exit 1 if any failed.

            Examples:
              ./ivnext notebook run notebooks --size smoke
              ./ivnext notebook run notebooks --out notebooks --html runs/pages
              ./ivnext notebook run notebooks/02-masking.ipynb --parameters seed=7
            """) { Path, Out, Html, Parameters, Size, Timeout };
        Size.AcceptOnlyFromAmong("smoke", "mini");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var output = parsed.InvocationConfiguration.Output;
        var parameters = Assignments(parsed.GetValue(Parameters) ?? []);
        var files = NotebookRunner.Find(parsed.GetValue(Path)!);
        var options = new NotebookRunOptions
        {
            Out = parsed.GetValue(Out)!,
            Html = parsed.GetValue(Html),
            Parameters = parameters,
            Size = parsed.GetValue(Size),
            Timeout = parsed.GetValue(Timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Versions = await LocalVersionsAsync(files, output, cancellation).ConfigureAwait(false),
        };
        var runner = new NotebookRunner(options, new PackageResolver(UserCache.Folder("notebooks")));
        var outcomes = new List<NotebookOutcome>();
        foreach (var file in files)
        {
            var outcome = await runner.RunAsync(file, cancellation).ConfigureAwait(false);
            outcomes.Add(outcome);
            await WriteAsync(outcome, output).ConfigureAwait(false);
        }
        runner.WriteIndex(outcomes);
        var failed = outcomes.Count(outcome => outcome.Failure is not null);
        await output.WriteLineAsync(
            $"{outcomes.Count - failed} ran to their end, {failed} failed; the executed notebooks are in {options.Out}")
            .ConfigureAwait(false);
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task WriteAsync(NotebookOutcome outcome, TextWriter output)
    {
        var state = outcome.Failure is null ? "ok" : "FAILED";
        await output.WriteLineAsync(
            string.Create(
            CultureInfo.InvariantCulture, $"{outcome.Name,-40} {outcome.Elapsed.TotalSeconds,7:0.0} s  {state}")).ConfigureAwait(false);
        if (outcome.Failure is { } failure) await output.WriteLineAsync($"  {outcome.Name}, {failure.ReplaceLineEndings("\n  ")}")
            .ConfigureAwait(false);
        foreach (var remark in outcome.Remarks.Distinct()) await output.WriteLineAsync($"  {remark}").ConfigureAwait(false);
    }

    // In a checkout the packages of these sources stand in for the version that a notebook names.
    private static async Task<IReadOnlyDictionary<string, string>> LocalVersionsAsync(
        IReadOnlyList<string> files, TextWriter output, CancellationToken cancellation)
    {
        var ours = files.SelectMany(file => PackageDirective.In(Notebook.Read(file)))
            .Any(directive => PackageFeed.Libraries.Contains(directive.Id));
        if (!ours) return new Dictionary<string, string>();
        var root = Checkout.Require("notebook run");
        var version = PackageVersion.Of(root);
        await new PackageFeed(root, PackageFeed.DefaultFolder(root)).FillAsync(version, withTool: false, output, cancellation)
            .ConfigureAwait(false);
        return PackageFeed.Libraries.ToDictionary(name => name, _ => version);
    }

    private static Dictionary<string, string> Assignments(string[] assignments)
    {
        var values = new Dictionary<string, string>();
        foreach (var assignment in assignments)
        {
            var at = assignment.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new ConfigurationException($"--parameters {assignment}: write name=value");
            values[assignment[..at]] = assignment[(at + 1)..];
        }
        return values;
    }
}
