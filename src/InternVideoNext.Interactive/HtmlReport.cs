using System.Text;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// A report in one file that opens without a network: a title, sections of text and views, and where the numbers come from.
/// A content policy in the file keeps it from running scripts and from fetching anything.
/// </summary>
/// <param name="title">The page's title and first heading.</param>
public sealed class HtmlReport(string title)
{
    private const int SectionsWithoutContents = 4;

    private readonly List<ReportSection> _sections = [];

    /// <summary>The page's title and first heading.</summary>
    public string Title { get; } = title;

    /// <summary>The result in a sentence or two, under the title.</summary>
    public string Lead { get; init; } = "";

    /// <summary>The language of the text.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Where the numbers come from, or null.</summary>
    public ReportOrigin? Origin { get; init; }

    /// <summary>The sections so far.</summary>
    public IReadOnlyList<ReportSection> Sections => _sections;

    /// <summary>Begins a section at the end of the report.</summary>
    public ReportSection Section(string heading)
    {
        var section = new ReportSection(heading);
        _sections.Add(section);
        return section;
    }

    /// <summary>The whole document.</summary>
    public string ToDocument()
    {
        var sections = _sections.Select((section, i) => Markup.Of(
            $"""<section id="section-{i + 1}"><h2>{section.Heading}</h2>{section.Content}</section>"""));
        var lead = Lead.Length == 0 ? Markup.Empty : Markup.Of($"""<p class="lead">{Lead}</p>""");
        return "<!DOCTYPE html>\n" + Markup.Of(
            $"""
            <html lang="{Language}">
            <head>
            <meta charset="utf-8" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <title>{Title}</title>
            <link rel="icon" href="data:," />
            <style>{new Markup(ReportStyle.Sheet)}</style>
            </head>
            <body>
            <header><h1>{Title}</h1>{lead}</header>
            {Contents()}
            <main>
            {Markup.Join(sections)}
            </main>
            {Footer()}
            </body>
            </html>

            """).Text;
    }

    /// <summary>Writes the document: aside in the same folder, then renamed. Missing folders are made.</summary>
    /// <param name="path">The .html file; an older one is replaced.</param>
    public void Write(string path) => ReplacedFile.Write(path, Encoding.UTF8.GetBytes(ToDocument()));

    private Markup Contents()
    {
        if (_sections.Count <= SectionsWithoutContents) return Markup.Empty;
        var entries = _sections.Select((section, i) => Markup.Of($"""<li><a href="#section-{i + 1}">{section.Heading}</a></li>"""));
        return Markup.Of($"""<nav aria-label="Contents"><ol>{Markup.Join(entries)}</ol></nav>""");
    }

    private Markup Footer()
    {
        if (Origin is null) return Markup.Empty;
        var facts = new KeyValueTable([("Seed", Origin.Seed), .. Origin.Details]);
        return Markup.Of(
            $"""<footer><h2>How these numbers were made</h2><pre tabindex="0"><code>{Origin.Command}</code></pre>{new Markup(facts.ToHtml())}<details><summary>Full configuration</summary><pre tabindex="0"><code>{Origin.Configuration}</code></pre></details></footer>""");
    }
}

/// <summary>Where a report's numbers come from, exactly: shown at its end.</summary>
/// <param name="Command">The command line that made them.</param>
/// <param name="Configuration">The full configuration, as JSON.</param>
/// <param name="Seed">The run's seed.</param>
public sealed record ReportOrigin(string Command, string Configuration, ulong Seed)
{
    /// <summary>Anything else that matters: versions, the processor, the time taken.</summary>
    public IReadOnlyList<(string Name, object? Value)> Details { get; init; } = [];
}
