using InternVideoNext.DotNetInteractive.Charts;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary>The directive <c>#!ivnext</c> and its commands, with completion in editors.</summary>
internal static class Directive
{
    /// <summary>Adds the directive where it is not there yet.</summary>
    /// <param name="kernel">The kernel that all others belong to.</param>
    public static void Register(Kernel kernel)
    {
        if (kernel.KernelInfo.SupportedDirectives.Any(known => known.Name == "#!ivnext")) return;
        var directive = new KernelActionDirective("#!ivnext") { Description = "InternVideoNext's commands, on the embedded world." };
        Add<TrainRun>(kernel, directive, TrainRun.Directive, (command, context) => command.RunAsync(context));
        Add<AblateRows>(kernel, directive, AblateRows.Directive, (command, context) => command.RunAsync(context));
        Add<DescribeModel>(kernel, directive, DescribeModel.Directive, (command, context) => command.Show(context));
        Add<ListRows>(kernel, directive, ListRows.Directive, (_, context) => ListRows.Show(context));
        Add<ShowCurves>(kernel, directive, ShowCurves.Directive, (command, context) => command.Show(context));
        Add<LoadCharts>(
            kernel, directive, new KernelActionDirective("charts") { Description = "Put plotly.js on this page again." },
            (_, context) => PlotlyScript.ShowAsync(context, "Charts are interactive on this page."));
        kernel.AddDirective(directive, (_, context) =>
        {
            context.Display(Help.Of(directive));
            return Task.CompletedTask;
        });
    }

    /// <summary>A parameter of a command.</summary>
    public static KernelDirectiveParameter Parameter(string name, string description, bool isRequired = false) =>
        new(name, description) { Required = isRequired };

    /// <summary>The parameter that names a preset.</summary>
    public static KernelDirectiveParameter Preset() =>
        Parameter("--preset", $"One of {string.Join(", ", Presets.Names)}.").AddCompletions(() => Presets.Names);

    private static void Add<TCommand>(
        Kernel kernel, KernelActionDirective parent, KernelActionDirective directive, Func<TCommand, KernelInvocationContext, Task> run)
        where TCommand : KernelCommand
    {
        directive.KernelCommandType = typeof(TCommand);
        parent.Subcommands.Add(directive);
        kernel.RegisterCommandHandler<TCommand>(async (command, context) =>
        {
            try
            {
                await run(command, context).ConfigureAwait(false);
            }
            catch (Exception e) when (IsForUsers(e))
            {
                var interrupted = e is OperationCanceledException;
                context.Fail(command, message: interrupted ? "Interrupted; nothing is lost: the same line goes on." : e.Message);
            }
        });
    }

    // Told in a line; anything else keeps its stack.
    private static bool IsForUsers(Exception e) =>
        e is IOException or OperationCanceledException || e.GetType().Assembly == typeof(ConfigurationException).Assembly;
}
