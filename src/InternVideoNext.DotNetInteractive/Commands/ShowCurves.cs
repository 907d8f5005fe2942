using InternVideoNext.Interactive;
using InternVideoNext.Runs;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext curves</c>: the curves of runs, finished or still going on.</summary>
internal sealed class ShowCurves : KernelDirectiveCommand
{
    public string Run { get; set; } = "";

    public static KernelActionDirective Directive => new("curves")
    {
        Description = "The curves of one run, or of several over one another; of one that goes on, those so far.",
        Parameters = { Commands.Directive.Parameter("--run", "Folders of runs, with commas.", isRequired: true) },
    };

    public Task Show(KernelInvocationContext context)
    {
        var folders = Run.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath);
        var curves = new TrainingCurves(RunHistory.Open([.. folders]));
        foreach (var chart in curves.Losses().Concat(curves.Probe()).Concat(curves.Optimisation())) context.Display(chart);
        return Task.CompletedTask;
    }
}
