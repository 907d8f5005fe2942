using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>A section of an <see cref="HtmlReport"/>, filled from top to bottom.</summary>
public sealed class ReportSection
{
    private readonly List<Markup> _content = [];

    internal ReportSection(string heading) => Heading = heading;

    /// <summary>The section's heading.</summary>
    public string Heading { get; }

    /// <summary>Adds a paragraph of plain text.</summary>
    public ReportSection Paragraph(string text) => Append(Markup.Of($"<p>{text}</p>"));

    /// <summary>Adds a heading of the next level.</summary>
    public ReportSection Subheading(string text) => Append(Markup.Of($"<h3>{text}</h3>"));

    /// <summary>Adds text as it is, in a fixed-width font: commands, JSON.</summary>
    public ReportSection Preformatted(string text) => Append(Markup.Of($"""<pre tabindex="0"><code>{text}</code></pre>"""));

    /// <summary>Adds a list of plain texts.</summary>
    public ReportSection List(IEnumerable<string> items) =>
        Append(Markup.Of($"<ul>{Markup.Join(items.Select(item => Markup.Of($"<li>{item}</li>")))}</ul>"));

    /// <summary>Adds a view: a chart, frames, a table.</summary>
    public ReportSection Add(IHtmlView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Append(new Markup(view.ToHtml()));
    }

    internal Markup Content => Markup.Join(_content);

    private ReportSection Append(Markup markup)
    {
        _content.Add(markup);
        return this;
    }
}
