using System.Globalization;
using System.Net;
using System.Text;
using InternVideoNext.Notebooks.Documents;
using Markdig;

namespace InternVideoNext.Notebooks.Html;

/// <summary>
/// Notebooks as pages of one file each that open without a network; a policy in the page keeps it from scripts and from fetching.
/// </summary>
internal sealed class PageWriter
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
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
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
        CellKind.Markdown => Markdown.ToHtml(cell.Source, _markdown),
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
        if (output.Html is { } live) return live;
        if (output.Data.TryGetValue("text/html", out var html)) return html;
        if (output.Data.TryGetValue("image/png", out var png)) return $"<img src=\"data:image/png;base64,{png}\" alt=\"\" />";
        return $"<pre tabindex=\"0\">{Escape(output.Data.GetValueOrDefault("text/plain", ""))}</pre>";
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
