using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using InternVideoNext.Notebooks.Documents;
using Markdig;

namespace InternVideoNext.Notebooks.Html;

/// <summary>
/// Notebooks as pages of one file each that open without a network; a policy in the page keeps it from scripts, from fetching and from
/// sending. Markup of the notebook itself is shown as it is, but for what no policy stops: a page that leads elsewhere by itself.
/// </summary>
internal sealed partial class PageWriter
{
    private readonly MarkdownPipeline _markdown;

    public PageWriter() => _markdown = new MarkdownPipelineBuilder()
        .UsePipeTables().UseMathematics().UseAutoIdentifiers().Use(new MathExtension(new MathMarkup())).Build();

    /// <summary>Writes a notebook's page.</summary>
    /// <exception cref="NotebookException">A formula cannot be shown.</exception>
    public void Write(Notebook notebook, string path)
    {
        var body = new StringBuilder("<p><a href=\"index.html\">All notebooks</a></p>\n");
        foreach (var cell in notebook.Cells) body.AppendLine(Cell(cell));
        AsideFile.Write(path, Document(notebook.Title, body.ToString()));
    }

    /// <summary>Writes the page that leads to the others.</summary>
    public static void WriteIndex(IReadOnlyList<NotebookOutcome> outcomes, string path)
    {
        var rows = outcomes.Select(outcome => string.Create(CultureInfo.InvariantCulture,
            $"<tr><td><a href=\"{Escape(Path.ChangeExtension(outcome.Name, ".html"))}\">{Escape(outcome.Title)}</a></td><td>"
                + $"{outcome.Elapsed.TotalSeconds:0.0} s</td><td>{Escape(outcome.Failure ?? "ran to its end")}</td></tr>"));
        AsideFile.Write(path, Document("Notebooks",
            $"<h1>Notebooks</h1>\n<div class=\"wide\"><table><thead>"
                + "<tr><th>Notebook</th><th>Time</th><th>Outcome</th></tr></thead><tbody>\n"
                + $"{string.Join('\n', rows)}\n</tbody></table></div>\n"));
    }

    private static string Document(string title, string body) =>
        $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{Escape(title)}</title>
        <link rel="icon" href="data:," />
        <style>{PageStyle.Sheet}</style>
        </head>
        <body>
        {body}</body>
        </html>

        """;

    private string Cell(NotebookCell cell) => cell.Kind switch
    {
        CellKind.Markdown => WithoutMeta(Markdown.ToHtml(cell.Source, _markdown)),
        CellKind.Code =>
            $"<pre class=\"code\" tabindex=\"0\"><code>{CodeMarkup.Render(cell.Source)}</code></pre>\n"
                + $"{string.Concat(cell.Outputs.Select(Output))}",
        _ => "",
    };

    private static string Output(CellOutput output) => output switch
    {
        StreamOutput stream => $"<div class=\"output\"><pre tabindex=\"0\">{Escape(stream.Text)}</pre></div>\n",
        ErrorOutput error => $"<div class=\"output error\"><pre tabindex=\"0\">{Escape($"{error.Name}: {error.Message}")}</pre></div>\n",
        DataOutput data => $"<div class=\"output\">{Data(data)}</div>\n",
        _ => "",
    };

    private static string Data(DataOutput output)
    {
        if ((output.Html ?? output.Data.GetValueOrDefault("text/html")) is { } html) return WithoutMeta(html);
        if (output.Data.TryGetValue("image/png", out var png) && Picture(png) is { } picture) return picture;
        return $"<pre tabindex=\"0\">{Escape(output.Data.GetValueOrDefault("text/plain", ""))}</pre>";
    }

    // Decoded and encoded again: what is no base64 cannot become part of the page.
    private static string? Picture(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? $"<img src=\"data:image/png;base64,{Convert.ToBase64String(bytes.AsSpan(0, length))}\" alt=\"\" />" : null;
    }

    // <meta http-equiv="refresh"> leads the reader to another page.
    private static string WithoutMeta(string html) => MetaTag().Replace(html, "&lt;");

    [GeneratedRegex(@"<(?=meta\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MetaTag();

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
