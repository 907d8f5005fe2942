using InternVideoNext.Notebooks.Documents;
using InternVideoNext.Notebooks.Html;

namespace InternVideoNext.Tests.Notebooks;

public sealed class PageWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_AnyNotebook_ForbidsScriptsFormsAndOtherBases()
    {
        var page = PageOf(new Dictionary<string, string> { ["text/plain"] = "1" });
        foreach (var rule in (string[])["default-src 'none'", "form-action 'none'", "base-uri 'none'"])
            Assert.Contains(rule, page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<meta http-equiv=\"refresh\" content=\"0;url=http://elsewhere\">")]
    [InlineData("<META HTTP-EQUIV=refresh CONTENT=0>")]
    [InlineData("<p><meta/http-equiv=refresh content=0></p>")]
    public void Write_PageThatLeadsElsewhere_IsShownAsText(string html)
    {
        var shown = PageOf(new Dictionary<string, string> { ["text/html"] = html });
        Assert.DoesNotMatch("(?i)<meta[^>]*refresh", shown);
        Assert.Contains("&lt;meta", shown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(?i)<meta[^>]*refresh", PageOf([], markdown: html));
    }

    [Fact]
    public void Write_PictureThatIsNoBase64_CannotLeaveItsPlace()
    {
        var page = PageOf(new Dictionary<string, string> { ["image/png"] = "\"><form action=x><b>", ["text/plain"] = "a <picture>" });
        Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
        Assert.Contains("a &lt;picture&gt;", page, StringComparison.Ordinal);
        Assert.Contains(
            "src=\"data:image/png;base64,iVBORw==\"", PageOf(new Dictionary<string, string> { ["image/png"] = "iVBO\nRw==\n" }),
            StringComparison.Ordinal);
    }

    private string PageOf(Dictionary<string, string> output, string markdown = "# Page")
    {
        var notebook = Notebook.Parse(NotebookText.Of(NotebookText.Markdown(markdown), NotebookText.Code("1")), "n.ipynb");
        notebook.Cells[1].Outputs.Add(new DataOutput(output, Html: null, ExecutionCount: 1));
        new PageWriter().Write(notebook, _folder["page.html"]);
        return File.ReadAllText(_folder["page.html"]);
    }
}
