using System.Text.RegularExpressions;
using InternVideoNext.Ablations;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;

namespace InternVideoNext.Tests;

/// <summary>EXTENDING.md's blocks are built from outside: registered, trained, described, opened again, tabled.</summary>
public sealed partial class ExtendingTests
{
    [Theory]
    [InlineData("README.md", typeof(EncoderPredictorDecoder))]
    [InlineData("InternVideoNext.md", typeof(EncoderPredictorDecoder))]
    [InlineData("InternVideoNext.Interactive.md", typeof(InternVideoNext.Interactive.LineChart))]
    [InlineData("InternVideoNext.Weights.md", typeof(VideoEncoder))]
    [InlineData("InternVideoNext.Lab.md", null)]
    public async Task Readme_EverySnippet_RunsAsItStands(string page, Type? kind)
    {
        var snippets = MarkdownCode.Read(page);
        Assert.NotEmpty(snippets);
        // What a cell ends with is shown; of a declaration, the variable.
        var shown = Variable().Match(snippets[^1]) is { Success: true } last ? $"{snippets[^1]}\n{last.Groups[1].Value}" : snippets[^1];
        var value = await MarkdownCode.RunAsync([.. snippets.SkipLast(1), shown]);
        if (kind is null) Assert.Null(value);
        else Assert.IsType(kind, value);
        (value as IDisposable)?.Dispose();
    }

    [GeneratedRegex(@"var (\w+) = [^\n]*\s*$")]
    private static partial Regex Variable();

    [Fact]
    public void Extending_EveryFileThatItNames_IsThere()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "pages", "EXTENDING.md"));
        string[] places = ["src/InternVideoNext", "src/InternVideoNext.Lab", "tests/InternVideoNext.Tests"];
        var named = SourceFile().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(14, named.Count);
        Assert.All(named, file => Assert.Contains(places, place => File.Exists(Path.Combine(Repository.Root, place, file))));
    }

    [GeneratedRegex(@"`(\w+(?:/\w+)*/\w+\.cs)`")]
    private static partial Regex SourceFile();

    [Fact]
    public async Task Extending_EverySnippet_Runs()
    {
        var snippets = MarkdownCode.Read("EXTENDING.md");
        Assert.Equal(8, snippets.Count);
        await MarkdownCode.RunAsync(snippets);
        Assert.Contains("checkerboard", ConfigKinds.NamesOf(typeof(MaskingConfig)));
        Assert.Contains("mixer", ConfigKinds.NamesOf(typeof(PredictorConfig)));
        Assert.Contains("median", ConfigKinds.NamesOf(typeof(PixelDecoderConfig)));
        Assert.Equal("align-diffusion", AblationRows.Find("mixer").Neighbour);
    }

    [Fact]
    public async Task Examples_BothStagesInOneFileEach_LetTheLossFall()
    {
        var folder = Directory.CreateTempSubdirectory("ivnext-examples-").FullName;
        try
        {
            var videos = Path.Combine(folder, "videos");
            await new ShapesRenderConfig { Train = 16, Test = 0, Frames = 8, FramesPerSecond = 8 }.Build(
                new ShapesWorldConfig().Build(1), 2).RenderAsync(videos, progress: null, CancellationToken.None);
            File.Delete(Path.Combine(videos, ShapesRenderer.ManifestName)); // bare files, as a reader has them
            AssertFalls(await MarkdownCode.RunAsync([MarkdownCode.ReadProgram("Stage1.cs", videos, "40")]));

            var stage1 = Presets.Stage1("tiny");
            stage1 = stage1 with { Training = stage1.Training with { Steps = 2, WarmupSteps = 1 } };
            using (var stage = StageFactory.Create(stage1))
                await new Trainer(
                    stage1, stage, new ShapesSourceConfig { Clips = 32 }.Build(new ShapesWorldConfig().Build(1)),
                    new RunFolder(Path.Combine(folder, "stage1"))).RunAsync(progress: null, CancellationToken.None);
            AssertFalls(await MarkdownCode.RunAsync([MarkdownCode.ReadProgram("Stage2.cs", videos, Path.Combine(folder, "stage1"), "40")]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static void AssertFalls(object? losses)
        {
            var values = Assert.IsType<double[]>(losses);
            Assert.True(values.TakeLast(10).Average() < 0.9 * values.Take(5).Average(), string.Join(' ', values));
        }
    }
}
