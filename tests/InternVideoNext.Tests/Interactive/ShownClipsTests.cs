using System.Xml.Linq;
using InternVideoNext.Cli;
using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Interactive;
using InternVideoNext.Modules;
using InternVideoNext.Probes;
using TorchSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Which clips the command line's pages show.</summary>
public sealed class ShownClipsTests
{
    [Fact]
    public void CutOff_ActorAtAnEdge_IsWhatLiesBeyondAtWorst()
    {
        Assert.Equal(0, StagePictures.CutOff([(0.5f, 0.5f), (0.3f, 0.7f)]));
        Assert.Equal(0.16, StagePictures.CutOff([(0.5f, 0.5f), (0.5f, 0.9f)]), 5);
        Assert.Equal(0.26, StagePictures.CutOff([(0f, 0.5f)]), 5);
    }

    [Fact]
    public async Task ShapesSheet_World_ShowsAWholeActorOfEveryClassLarge()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "examples.html");
        var world = new ShapesWorldConfig().Build(3);
        await ShapesSheet.WriteAsync(world, path, CancellationToken.None);
        var page = XElement.Parse((await File.ReadAllTextAsync(path))["<!DOCTYPE html>\n".Length..]);
        var images = page.All("img").ToList();
        Assert.Equal(2 * world.Labels.Sum(label => label.Value.Count), images.Count); // a strip and a player each
        var classes = world.Labels.Values.SelectMany(names => names).Select(name => name.Replace('_', ' '));
        Assert.Equal(classes, page.All("h3").Select(h => h.Value));
        Assert.All(images, image => Assert.Contains(image.Get("style")!.Split("px")[0], new[] { "width:1048", "width:256" }));
    }

    [Fact]
    public void AddBehindTheMask_OneClipWithAnUnseenFrame_ShowsItFirstAndSaysSo()
    {
        using var scope = torch.NewDisposeScope();
        var grid = new TokenGrid(2, 4, 4);
        // Of each frame only the first cell is visible; it shows some of the actor but in frame 1 of clip 5.
        var hidden = torch.arange(1, 16).unsqueeze(0).add(torch.tensor(new long[] { 0, 16 }).unsqueeze(1)).flatten().repeat(8, 1);
        var tracks = Enumerable.Range(0, 8).Select(clip => new ActorTrack(
            [(0.3f, 0.3f), (0.3f, 0.3f)],
            [.. Enumerable.Range(0, 32).Select(cell => cell is 0 or 5 or 21 || (cell == 16 && clip != 5))])).ToList();
        using var tokens = HiddenTokens.Of(hidden, torch.zeros(8, 30, 1), tracks, new long[8]);
        var report = new HtmlReport("demo");
        var video = Clips.Random(2, 32, 32).repeat(8, 1, 1, 1, 1);
        StagePictures.AddBehindTheMask(report, "a <model>", video, tokens, torch.zeros(8, 30), grid);
        var document = report.ToDocument();
        Assert.Contains("a &lt;model&gt;", document, StringComparison.Ordinal);
        Assert.Contains("Test clip 5: nothing of the actor is visible in frame 1 of 0 to 1.", document, StringComparison.Ordinal);
        Assert.Equal(document.IndexOf("Test clip ", StringComparison.Ordinal), document.IndexOf("Test clip 5", StringComparison.Ordinal));
        Assert.DoesNotContain("Test clip 2", document, StringComparison.Ordinal); // three are shown
    }

    [Fact]
    public void AddBehindTheMask_SomethingVisibleInEveryFrame_ShowsFirstTheClipThatShowsMuchAndLittle()
    {
        using var scope = torch.NewDisposeScope();
        var grid = new TokenGrid(2, 4, 4);
        // The first row is visible. Of four cells of the actor it shows two in every frame; in clip 6 three and one.
        var hidden = torch.arange(4, 16).unsqueeze(0).add(torch.tensor(new long[] { 0, 16 }).unsqueeze(1)).flatten().repeat(8, 1);
        var tracks = Enumerable.Range(0, 8).Select(clip => new ActorTrack(
            [(0.3f, 0.3f), (0.3f, 0.3f)],
            [.. Enumerable.Range(0, 32).Select(cell =>
                clip == 6 ? cell is 0 or 1 or 2 or 5 or 16 or 20 or 21 or 22 : cell % 16 is 0 or 1 or 4 or 5)])).ToList();
        using var tokens = HiddenTokens.Of(hidden, torch.zeros(8, 24, 1), tracks, new long[8]);
        var report = new HtmlReport("demo");
        StagePictures.AddBehindTheMask(report, "a model", Clips.Random(2, 32, 32).repeat(8, 1, 1, 1, 1), tokens, torch.zeros(8, 24), grid);
        var document = report.ToDocument();
        Assert.Contains("Test clip 6: something of the actor is visible in every frame.", document, StringComparison.Ordinal);
        Assert.Equal(document.IndexOf("Test clip ", StringComparison.Ordinal), document.IndexOf("Test clip 6", StringComparison.Ordinal));
        Assert.DoesNotContain("nothing of the actor is visible", document, StringComparison.Ordinal);
    }
}
