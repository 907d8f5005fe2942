using InternVideoNext.DotNetInteractive.Charts;
using InternVideoNext.DotNetInteractive.Commands;
using InternVideoNext.DotNetInteractive.Formatting;
using InternVideoNext.Interactive;
using Microsoft.DotNet.Interactive;

namespace InternVideoNext.DotNetInteractive;

/// <summary>What .NET Interactive runs when the package is loaded.</summary>
public sealed class InternVideoNextExtension : IKernelExtension
{
    /// <summary>Registers formatters and the directive, and puts the charts' script on the page.</summary>
    /// <param name="kernel">The kernel that loads the package.</param>
    public async Task OnLoadAsync(Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        FSharpCoreResolver.Install();
        Formatters.Register();
        Directive.Register(kernel.RootKernel);
        if (KernelInvocationContext.Current is { } context) await PlotlyScript.ShowAsync(context, Greeting).ConfigureAwait(false);
    }

    private static string Greeting =>
        $"InternVideoNext {LoadedPackages.Version} in .NET Interactive: interactive charts, and #!ivnext, which lists its commands.";
}
