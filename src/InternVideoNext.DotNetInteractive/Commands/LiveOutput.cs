using System.Diagnostics;
using System.Net;
using InternVideoNext.Interactive;
using InternVideoNext.Training;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary>One output that is updated while something runs: a bar, the time left, and the curve so far.</summary>
/// <param name="context">The cell's.</param>
/// <param name="title">What runs.</param>
internal sealed class LiveOutput(KernelInvocationContext context, string title) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);

    private readonly List<(double Step, double Loss)> _losses = [];
    private readonly Stopwatch _sinceUpdate = Stopwatch.StartNew();
    private DisplayedValue? _shown;

    /// <summary>A step; the output follows twice a second.</summary>
    public void Report(TrainingProgress value)
    {
        if (value.Metrics.Loss is { } loss) _losses.Add((value.Metrics.Step, loss));
        if (_shown is null || _sinceUpdate.Elapsed >= Interval || value.Metrics.Step >= value.Steps) Show(Snapshot(value));
    }

    /// <summary>Something else in the output's place.</summary>
    public void Show(HtmlView view)
    {
        if (_shown is null) _shown = context.Display(view);
        else _shown.Update(view);
        _sinceUpdate.Restart();
    }

    /// <summary>A line in the output's place: what was made follows it.</summary>
    public void End() => Show(new HtmlFragment($"<p>{WebUtility.HtmlEncode(title)}: done.</p>"));

    private HtmlFragment Snapshot(TrainingProgress value)
    {
        var losses = value.Metrics.Parts.Where(part => part.Value is not null).Select(part => (part.Key, part.Value!.Value));
        var bar = new ProgressView(title, value.Metrics.Step, value.Steps)
        { Losses = [.. losses], ClipsPerSecond = value.Metrics.ClipsPerSecond, Remaining = value.TimeLeft };
        var curve = new LineChart("Loss", "step", "loss", new LineSeries("total", _losses.Select(p => p.Step), _losses.Select(p => p.Loss)))
        { Smoothing = 0.9, PlotHeight = 140 };
        return new HtmlFragment(bar.ToHtml() + curve.ToHtml());
    }
}
