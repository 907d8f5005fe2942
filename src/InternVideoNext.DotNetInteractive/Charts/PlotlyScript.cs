using System.Reflection;
using InternVideoNext.DotNetInteractive.Formatting;
using Microsoft.DotNet.Interactive;

namespace InternVideoNext.DotNetInteractive.Charts;

/// <summary>plotly.js, from the file that Plotly.NET carries: no network is asked.</summary>
internal static class PlotlyScript
{
    private const string Prefix = "Plotly.NET.plotly-", Suffix = ".min.js";

    // What a page needs to run a script of this size before the output that holds it is replaced.
    private static readonly TimeSpan TimeToRun = TimeSpan.FromSeconds(2);

    /// <summary>Puts the script on the page, then a line in its place: so it is there for every chart, and not saved.</summary>
    /// <param name="context">The cell's.</param>
    /// <param name="line">What stays.</param>
    public static async Task ShowAsync(KernelInvocationContext context, string line)
    {
        var shown = context.Display(new Html($"<script>{Text()}</script><p>{line}</p>") { Text = line });
        await Task.Delay(TimeToRun, context.CancellationToken).ConfigureAwait(false);
        shown.Update(new Html($"<p>{line}</p>") { Text = line });
    }

    // Pages with a module loader (Jupyter's) would take the script for a module of theirs; shadowed names make it a plain one.
    internal static string Text()
    {
        var assembly = Assembly.Load("Plotly.NET");
        var name = assembly.GetManifestResourceNames().First(resource =>
            resource.StartsWith(Prefix, StringComparison.Ordinal) && resource.EndsWith(Suffix, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return $"(function(define,exports,module){{{reader.ReadToEnd()}\n}}).call(window);";
    }
}
