using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>Views beside each other where there is room, under each other where not.</summary>
/// <param name="views">From left to right.</param>
public sealed class SideBySide(params IReadOnlyList<IHtmlView> views) : HtmlView
{
    private readonly IReadOnlyList<IHtmlView> _views = [.. views];

    /// <summary>The width in CSS pixels under which a view moves to the next line.</summary>
    public int SmallestWidth { get; init; } = 320;

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var cells = _views.Select(view => Markup.Of($"<div>{new Markup(view.ToHtml())}</div>"));
        return Figure(
            Markup.Of($"""<div style="display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,{SmallestWidth}px),1fr));gap:1em 2em;align-items:start">{Markup.Join(cells)}</div>"""),
            Caption);
    }
}
