using System.CommandLine;
using InternVideoNext.Cli.Options;
using InternVideoNext.Cli.Packaging;
using InternVideoNext.Foundation;
using InternVideoNext.Notebooks;
using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Jupyter;
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
    { Description = "Seconds that one notebook may take; with --kernel jupyter, one cell." }.InRange(0.001, 1e6);
    private static readonly Option<string> Kernel = new("--kernel")
    {
        DefaultValueFactory = _ => Own,
        Description = "own (this program's), or jupyter: .NET Interactive through Jupyter's protocol, as editors have it."
    };
    private const string Own = "own", Jupyter = "jupyter";

    public static Command CreateRun()
    {
        var command = new Command("run",
            """
            Run notebooks, each in a process of its own, against the packages of this checkout (packed first where the feed lacks
            them). A failing cell ends its notebook, not the others; what was put out is kept. Text on standard error, which
            readers see as a red box, is a failure too. Exit 1 if any failed.

            Examples:
              ./ivnext notebook run notebooks --size smoke
              ./ivnext notebook run notebooks --out notebooks --html runs/pages
              ./ivnext notebook run notebooks/02-masking.ipynb --parameters seed=7
              ./ivnext notebook run notebooks --size smoke --kernel jupyter
            """) { Path, Out, Html, Parameters, Size, Timeout, Kernel };
        Size.AcceptOnlyFromAmong("smoke", "mini");
        Kernel.AcceptOnlyFromAmong(Own, Jupyter);
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
        var outcomes = new List<NotebookOutcome>();
        if (parsed.GetValue(Kernel) == Jupyter)
        {
            var runner = await OpenJupyterAsync(options, cancellation).ConfigureAwait(false);
            await RunAllAsync(runner.RunAsync).ConfigureAwait(false);
        }
        else
        {
            var runner = new NotebookRunner(options, new PackageResolver(UserCache.Folder("notebooks")));
            await RunAllAsync(runner.RunAsync).ConfigureAwait(false);
            runner.WriteIndex(outcomes);
        }
        var failed = outcomes.Count(outcome => outcome.Failure is not null);
        await output.WriteLineAsync(
            $"{outcomes.Count - failed} ran to their end, {failed} failed; the executed notebooks are in {options.Out}")
            .ConfigureAwait(false);
        return failed == 0 ? ExitCode.Done : ExitCode.Failed;

        async Task RunAllAsync(Func<string, CancellationToken, Task<NotebookOutcome>> run)
        {
            foreach (var file in files)
            {
                outcomes.Add(await run(file, cancellation).ConfigureAwait(false));
                await WriteAsync(outcomes[^1], output).ConfigureAwait(false);
            }
        }
    }

    private static async Task<JupyterRunner> OpenJupyterAsync(NotebookRunOptions options, CancellationToken cancellation)
    {
        if (options.Html is not null)
            throw new ConfigurationException(
                "--html makes pages of this program's own runs; of Jupyter's they are made by 'jupyter nbconvert --to html'");
        var root = Checkout.Require("notebook run --kernel jupyter");
        await SystemPackage.EnsureAsync("python3-nbclient", CanRunAsync, cancellation).ConfigureAwait(false);
        var home = System.IO.Path.Combine(root, "artifacts", "jupyter");
        return new JupyterRunner(options, await JupyterEngine.OpenAsync(root, home, cancellation).ConfigureAwait(false));

        async Task<bool> CanRunAsync() => await JupyterEngine.FindPythonAsync(cancellation).ConfigureAwait(false) is not null;
    }

    private static async Task WriteAsync(NotebookOutcome outcome, TextWriter output)
    {
        var state = outcome.Failure is null ? "ok" : "FAILED";
        await output.WriteLineAsync(FormattableString.Invariant($"{outcome.Name,-40} {outcome.Elapsed.TotalSeconds,7:0.0} s  {state}"))
            .ConfigureAwait(false);
        if (outcome.Failure is { } failure) await output.WriteLineAsync($"  {outcome.Name}, {failure.ReplaceLineEndings("\n  ")}")
            .ConfigureAwait(false);
    }

    // In a checkout the packages of these sources stand in for the versions that notebooks name.
    private static async Task<IReadOnlyDictionary<string, string>> LocalVersionsAsync(
        IReadOnlyList<string> files, TextWriter output, CancellationToken cancellation)
    {
        var versions = new Dictionary<string, string>();
        var asked = files.SelectMany(file => PackageDirective.Ids(Notebook.Read(file))).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var group in (PackageGroup[])[PackageGroup.Libraries, PackageGroup.Weights])
        {
            if (!group.Packages.Any(package => asked.Contains(package.Id))) continue;
            var root = Checkout.Require("notebook run");
            var version = await new PackageFeed(root, PackageFeed.DefaultFolder(root)).FillAsync(group, output, cancellation)
                .ConfigureAwait(false);
            foreach (var (id, _) in group.Packages) versions[id] = version;
        }
        return versions;
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
