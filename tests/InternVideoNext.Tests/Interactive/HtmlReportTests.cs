using System.Text.RegularExpressions;
using System.Xml.Linq;
using InternVideoNext.Interactive;

namespace InternVideoNext.Tests.Interactive;

public sealed class HtmlReportTests
{
    [Fact]
    public void ToDocument_EveryView_IsWellFormedAndSafe()
    {
        var text = DemoReport.Build().ToDocument();
        var root = Parse(text);
        Assert.Equal("en", root.Get("lang"));
        Assert.Empty(root.All("script"));
        Assert.DoesNotContain(
            root.DescendantsAndSelf().Attributes(),
            attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        Assert.All(root.All("img"), image => Assert.NotEmpty(image.Get("alt")!));
        Assert.All(root.All("th"), cell => Assert.NotNull(cell.Get("scope")));
        var ids = root.DescendantsAndSelf().Select(element => element.Get("id")).OfType<string>().ToList();
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void ToDocument_EveryView_FetchesNothing()
    {
        var root = Parse(DemoReport.Build().ToDocument());
        var fetched = root.DescendantsAndSelf().Attributes()
            .Where(attribute => attribute.Name.LocalName is "src" or "href" or "srcset" or "poster" or "data" or "action")
            .Select(attribute => attribute.Value);
        Assert.All(fetched, address => Assert.Matches("^(data:|#section-)", address));
        var styles = root.All("style").Select(style => style.Value)
            .Concat(root.DescendantsAndSelf().Attributes("style").Select(style => style.Value));
        Assert.All(styles, style => Assert.DoesNotMatch(new Regex(@"url\(|@import", RegexOptions.IgnoreCase), style));
        Assert.Contains(
            "default-src 'none'",
            root.All("meta").Select(meta => meta.Get("content")).OfType<string>()
            .Single(text => text.Contains("src", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void ToDocument_Contents_OnlyBeyondFourSections(int sections, bool listed)
    {
        var report = new HtmlReport("t");
        for (var i = 0; i < sections; i++) report.Section($"Part <{i}>");
        var root = Parse(report.ToDocument());
        Assert.Equal(listed, root.All("nav").Any());
        var links = root.All("a").Select(link => (link.Get("href"), link.Value));
        var targets = root.All("section").Select(section => ((string?)("#" + section.Get("id")), section.All("h2").Single().Value));
        if (listed) Assert.Equal(targets, links);
    }

    [Fact]
    public void ToDocument_Origin_StandsAtTheEnd()
    {
        var footer = Parse(DemoReport.Build().ToDocument()).All("footer").Single();
        Assert.Equal("./ivnext quickstart --out \"my run\"", footer.All("pre").First().Value);
        Assert.Contains("\"seed\": 7", footer.All("details").Single().Value, StringComparison.Ordinal);
        Assert.Contains("Seed7", footer.All("table").Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverAnOlderReport_ReplacesItAndLeavesNothingElse()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.html");
        File.WriteAllText(path, "older");
        DemoReport.Build(size: 16, frames: 1).Write(path);
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void ToDocument_MadeTwice_IsTheSame() =>
        Assert.Equal(DemoReport.Build().ToDocument(), DemoReport.Build().ToDocument());

    private static XElement Parse(string document) => XElement.Parse(document["<!DOCTYPE html>".Length..]);
}
