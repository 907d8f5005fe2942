using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>How far a run is: a bar, the loss and its parts, the speed and the time left. A snapshot; show a new one to update.</summary>
/// <param name="title">What runs, for example "Stage 1".</param>
/// <param name="step">Steps done.</param>
/// <param name="steps">Steps in all, positive.</param>
public sealed class ProgressView(string title, long step, long steps) : HtmlView
{
    /// <summary>The loss and its parts, in the order shown.</summary>
    public IReadOnlyList<(string Name, double Value)> Losses { get; init; } = [];

    /// <summary>Clips trained on per second, or null.</summary>
    public double? ClipsPerSecond { get; init; }

    /// <summary>Time left, or null while unknown.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var share = steps > 0 ? Math.Clamp(100.0 * step / steps, 0, 100) : 0;
        return Figure(
            Markup.Of($"""<div style="max-width:36em"><div style="display:flex;justify-content:space-between;gap:1em"><strong>{title}</strong><span>{step} of {steps}</span></div><div role="progressbar" aria-label="{title}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share:0}" style="height:.5em;border-radius:.25em;background:rgba(128,128,128,.25);margin:.3em 0"><div style="height:100%;border-radius:.25em;background:#3b82c4;width:{share:0.#}%"></div></div><div style="font-size:.85em;opacity:.8;font-variant-numeric:tabular-nums">{Details()}</div></div>"""),
            Caption);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{title}: {step} of {steps}. {Details()}").TrimEnd();

    private string Details()
    {
        var parts = Losses.Select(loss => string.Create(CultureInfo.InvariantCulture, $"{loss.Name} {loss.Value:G4}")).ToList();
        if (ClipsPerSecond is { } speed) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{speed:0.0} clips/s"));
        if (Remaining is { } left) parts.Add($"{Readable.Time(left)} left");
        return string.Join(" · ", parts);
    }
}
