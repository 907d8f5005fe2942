using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>Views beside each other where there is room, under each other where not.</summary>
/// <param name="views">From left to right.</param>
public sealed class SideBySide(params IHtmlView[] views) : HtmlView
{
    private const double PictureScale = 1.5;

    private readonly IReadOnlyList<IHtmlView> _views = [.. views];

    /// <summary>
    /// The width in CSS pixels that a view wants: with less it moves to the next line. Small views take no more than they need.
    /// </summary>
    public int SmallestWidth { get; init; } = 320;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle()
    {
        if (_views.Count == 0 || !_views.All(view => view is LineChart)) return base.ToStaticBundle();
        var picture = SvgPainter.Paint(ChartDrawing.Stack([.. _views.Cast<LineChart>()]).Text, PictureScale);
        return picture.Bundle(picture.Width, ToString());
    }

    /// <inheritdoc/>
    public override string? ToStaticCaption()
    {
        var captions = _views.OfType<LineChart>().Select(chart => chart.Caption).Append(Caption).Where(text => !string.IsNullOrEmpty(text))
            .ToList();
        return captions.Count > 0 && _views.All(view => view is LineChart) ? string.Join(' ', captions) : null;
    }

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var cells = _views.Select(view => Markup.Of(
            $"""<div style="flex:1 1 {SmallestWidth}px;max-width:max-content;min-width:0">{new Markup(view.ToHtml())}</div>"""));
        return Figure(
            Markup.Of($"""<div style="display:flex;flex-wrap:wrap;gap:1em 2em;align-items:flex-start">{Markup.Join(cells)}</div>"""),
            Caption);
    }
}
