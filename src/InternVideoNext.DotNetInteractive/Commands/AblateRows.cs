using System.Globalization;
using InternVideoNext.Ablations;
using InternVideoNext.DotNetInteractive.Formatting;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext ablate</c>: rows of the paper's tables, trained, probed and tabled.</summary>
internal sealed class AblateRows : KernelDirectiveCommand
{
    public string Row { get; set; } = "";
    public string Preset { get; set; } = "mini";
    public int? Steps { get; set; }
    public int Seeds { get; set; } = 1;
    public int FirstSeed { get; set; } = 1;
    public string Device { get; set; } = "cpu";
    public string Out { get; set; } = "runs/ablation";

    public static KernelActionDirective Directive => new("ablate")
    {
        Description = "Train and probe rows of the tables. What is finished is reused, what was interrupted goes on.",
        Parameters =
        {
            Commands.Directive.Parameter(
                "--row", "Ids with commas (#!ivnext rows lists them); what they start from is added.", isRequired: true)
                .AddCompletions(() => AblationRows.All.Select(row => row.Id)),
            Commands.Directive.Preset(),
            Commands.Directive.Parameter("--steps", "Steps of the first row instead of the preset's; others in proportion."),
            Commands.Directive.Parameter("--seeds", "How many; default 1. Five are needed for a verdict."),
            Commands.Directive.Parameter("--first-seed", "Default 1."),
            Commands.Directive.Parameter("--device", "cpu, cuda or cuda:N."),
            Commands.Directive.Parameter("--out", "Where runs and results go; default runs/ablation beside the notebook."),
        },
    };

    public async Task RunAsync(KernelInvocationContext context)
    {
        var ids = Row.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var rows = ids.Select(AblationRows.Find).ToList();
        if (rows.Count == 0) throw new ConfigurationException("--row names no row; #!ivnext rows lists them");
        if (Seeds is < 1 or > 100) throw new ConfigurationException($"--seeds {Seeds}: it must lie in 1..100");
        var plan = AblationPlan.Make(
            Settings(rows[0]), ShapesAblationData.For(Preset), rows, [.. Enumerable.Range(FirstSeed, Seeds).Select(seed => (ulong)seed)]);
        var folder = Path.GetFullPath(Out);
        var runner = new AblationRunner(plan, folder);
        var results = new List<AblationResult>();
        foreach (var run in plan.Runs)
        {
            var title = string.Create(
                CultureInfo.InvariantCulture, $"{run.Row.Title}, seed {run.Seed} ({results.Count + 1} of {plan.Runs.Count})");
            var live = new LiveOutput(context, title);
            results.Add(await runner.RunAsync(run, new RunProgress(live, title), context.CancellationToken).ConfigureAwait(false));
            live.End();
        }
        foreach (var view in ResultViews.Of(results)) context.Display(view);
        foreach (var (row, reason) in plan.LeftOut) context.Display(new KeyValueTable(($"Left out: {row.Id}", reason)));
    }

    private AblationSettings Settings(AblationRow row)
    {
        var whole = new AblationSettings { Preset = Preset, Device = Device };
        whole.Validate();
        if (Steps is not { } steps || row.Config(whole, (ulong)FirstSeed) is not { } config) return whole;
        return whole with { Length = (double)steps / config.Training.Steps };
    }

    // A report of another phase than training comes once.
    private sealed class RunProgress(LiveOutput live, string title) : IProgress<AblationProgress>
    {
        public void Report(AblationProgress value)
        {
            if (value.Training is { } step) live.Report(step);
            else live.Show(new ProgressView($"{title}: {value.Phase}", 1, 1));
        }
    }
}
