using System.Text.Json.Nodes;
using InternVideoNext.Notebooks;
using InternVideoNext.Notebooks.Packages;

namespace InternVideoNext.Tests.Notebooks;

/// <summary>Small notebooks in real kernel processes; none names a package, so that none is restored.</summary>
public sealed class NotebookRunnerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Run_SharedStateAwaitDisplayAndLastExpression_AllComeOut()
    {
        var (outcome, cells) = await RunAsync(
            NotebookText.Code("using System;\nusing System.Threading.Tasks;\nvar n = 20;\nTask<int> Later() => Task.Run(() => n + 1);"),
            NotebookText.Markdown("# Title"),
            NotebookText.Code("Console.WriteLine(\"on the console\");\n\"shown\".Display();\nawait Later()"),
            NotebookText.Code("class View { public string ToHtml() => \"<b>view</b>\"; }\nnew View()"));

        Assert.Null(outcome.Failure);
        Assert.Equal("Title", outcome.Title);
        Assert.Equal([1, 2, 3], cells.Where(cell => (string?)cell!["cell_type"] == "code").Select(cell => (int?)cell!["execution_count"]));
        var outputs = cells[2]!["outputs"]!.AsArray();
        Assert.Equal(["stream", "display_data", "execute_result"], outputs.Select(output => (string?)output!["output_type"]));
        Assert.Equal("on the console\n", Joined(outputs[0]!["text"]));
        Assert.Equal("shown", Joined(outputs[1]!["data"]!["text/plain"]));
        Assert.Equal("21", Joined(outputs[2]!["data"]!["text/plain"]));
        Assert.Equal("<b>view</b>", Joined(cells[3]!["outputs"]![0]!["data"]!["text/html"]));
    }

    [Fact]
    public async Task Run_PictureWithCaption_KeepsTheCaptionAsAnOutputOfItsOwnAndShowsItOnceOnThePage()
    {
        var (outcome, cells) = await RunAsync(options => options with { Html = _folder["pages"] }, NotebookText.Code(
            """
            using System.Collections.Generic;
            class View
            {
                public string ToHtml() => "<b>a &lt; b</b>";
                public IReadOnlyDictionary<string, string> ToStaticBundle() => new Dictionary<string, string> { ["image/svg+xml"] = "<svg />", ["text/plain"] = "plain" };
                public string? ToStaticCaption() => "a < b";
            }
            new View().Display();
            new View()
            """));

        Assert.Null(outcome.Failure);
        var outputs = cells[0]!["outputs"]!.AsArray();
        Assert.Equal(
            ["display_data", "display_data", "execute_result", "display_data"], outputs.Select(output => (string?)output!["output_type"]));
        Assert.Equal("<svg />", Joined(outputs[0]!["data"]!["image/svg+xml"]));
        Assert.All([1, 3], i => Assert.Equal("<p>a &lt; b</p>", Joined(outputs[i]!["data"]!["text/html"])));
        Assert.Equal("a < b", Joined(outputs[1]!["data"]!["text/plain"]));
        var page = await File.ReadAllTextAsync(_folder["pages/notebook.html"]);
        Assert.Equal(2, page.Split("<b>a &lt; b</b>").Length - 1);
        Assert.DoesNotContain("<p>a &lt; b</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CellThrows_NamesCellLineAndSourceAndKeepsWhatCameBefore()
    {
        var (outcome, cells) = await RunAsync(
            NotebookText.Code("using System;\nint Fail() => throw new InvalidOperationException(\"no luck\");"),
            NotebookText.Code("Console.WriteLine(\"before\");\n\nFail();"),
            NotebookText.Code("1"));

        Assert.Equal("cell 2, line 3: InvalidOperationException: no luck\n    Fail();", outcome.Failure);
        var outputs = cells[1]!["outputs"]!.AsArray();
        Assert.Equal(["stream", "error"], outputs.Select(output => (string?)output!["output_type"]));
        Assert.Equal(("InvalidOperationException", "no luck"), ((string?)outputs[1]!["ename"], (string?)outputs[1]!["evalue"]));
        Assert.Null(cells[2]!["execution_count"]);
    }

    [Fact]
    public async Task Run_CellDoesNotCompile_NamesTheLine()
    {
        var (outcome, _) = await RunAsync(NotebookText.Code("var a = 1;\nvar b = missing;"));
        Assert.StartsWith("cell 1, line 2: CompilationErrorException: CS0103", outcome.Failure, StringComparison.Ordinal);
        Assert.EndsWith("\n    var b = missing;", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_CellWritesToStandardError_FailsAfterTheLastCell()
    {
        var (outcome, cells) = await RunAsync(
            NotebookText.Code("System.Console.Error.WriteLine(\"a red box\");"), NotebookText.Code("1"));
        Assert.Equal("cell 1: it writes to standard error: a red box", outcome.Failure);
        Assert.Equal(2, (int?)cells[1]!["execution_count"]);
    }

    [Fact]
    public async Task Run_KernelCrashes_TellsTheCellAndWhatItWrote()
    {
        var (outcome, cells) = await RunAsync(
            NotebookText.Code("using System;\nConsole.WriteLine(\"before\");"), NotebookText.Code("Environment.FailFast(\"gone\");"));
        Assert.StartsWith("cell 2: the kernel process ended with code 134 (signal 6)", outcome.Failure, StringComparison.Ordinal);
        Assert.Contains("gone", outcome.Failure, StringComparison.Ordinal);
        Assert.Equal("before\n", Joined(cells[0]!["outputs"]![0]!["text"]));
    }

    [Fact]
    public async Task Run_KernelHangs_IsEndedAtTheLimit()
    {
        var (outcome, _) = await RunAsync(
            options => options with { Timeout = TimeSpan.FromSeconds(6) }, NotebookText.Code("while (true) { }"));
        Assert.EndsWith("the notebook took longer than 6 s (--timeout)", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Parameters_AreInjectedAfterTheTaggedCell()
    {
        var (outcome, cells) = await RunAsync(
            options => options with { Size = "smoke", Parameters = new Dictionary<string, string> { ["seed"] = "7" } },
            NotebookText.Code("var size = \"mini\";\nvar seed = 1;", "parameters"), NotebookText.Code("size + seed"));
        Assert.Null(outcome.Failure);
        Assert.Equal("injected-parameters", (string?)cells[1]!["metadata"]!["tags"]![0]);
        Assert.Equal("smoke7", Joined(cells[2]!["outputs"]![0]!["data"]!["text/plain"]));
    }

    [Fact]
    public async Task Run_UnknownParameter_IsRefused()
    {
        var error = await Assert.ThrowsAsync<NotebookException>(() => RunAsync(
            options => options with { Parameters = new Dictionary<string, string> { ["sede"] = "7" } },
                NotebookText.Code("var seed = 1;", "parameters")));
        Assert.Contains("declares no 'sede'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithPages_WritesOneThatForbidsScriptsAndHasMathMarkup()
    {
        await RunAsync(
            options => options with { Html = _folder["pages"] },
            NotebookText.Markdown("# Page\n$x^2$ and `code`\n$$\\mathcal{L}=\\mathbb{E}[x]$$"), NotebookText.Code("1 < 2"));
        var page = await File.ReadAllTextAsync(_folder["pages/notebook.html"]);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.Contains("<msup><mi>x</mi><mn>2</mn></msup>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"formula\">", page, StringComparison.Ordinal);
        Assert.Contains("<mi mathvariant=\"normal\">\u2112</mi>", page, StringComparison.Ordinal);
        Assert.Contains("<mi mathvariant=\"normal\">\U0001D53C</mi>", page, StringComparison.Ordinal);
        Assert.Contains("True", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<(NotebookOutcome Outcome, JsonArray Cells)> RunAsync(params JsonObject[] cells) => RunAsync(options => options, cells);

    private async Task<(NotebookOutcome Outcome, JsonArray Cells)> RunAsync(
        Func<NotebookRunOptions, NotebookRunOptions> change, params JsonObject[] cells)
    {
        var file = _folder["notebook.ipynb"];
        await File.WriteAllTextAsync(file, NotebookText.Of(cells));
        var options = change(new NotebookRunOptions { Out = _folder["out"] });
        var outcome = await new NotebookRunner(options, new PackageResolver(_folder["cache"])).RunAsync(file, CancellationToken.None);
        var written = JsonNode.Parse(await File.ReadAllTextAsync(_folder["out/notebook.ipynb"]))!;
        Assert.All(written["cells"]!.AsArray(), cell => Assert.NotNull((string?)cell!["id"]));
        return (outcome, written["cells"]!.AsArray());
    }

    private static string Joined(JsonNode? lines) => string.Concat(lines!.AsArray().Select(line => (string?)line));
}
