using InternVideoNext.Runs;
using InternVideoNext.Tests.Runs;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Cli.Commands;

public sealed class RunsCommandTests : IDisposable
{
    private readonly TemporaryRun _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task List_RunsAndAFolderOfAnotherVersion_ShowsTheRunsAndNamesTheOther()
    {
        var (one, other) = (Write("one", 0.05, 3), Write("sub/other", 0.1, 6));
        File.WriteAllText(Path.Combine(other, "config.json"), "{\"stage\":\"stage1\",\"no_such_member\":1}");
        var (code, output, error) = await Ivnext.RunAsync("runs", _folder.Root);
        Assert.Equal(0, code);
        Assert.Contains("3/6", output, StringComparison.Ordinal);
        Assert.Contains("interrupted", output, StringComparison.Ordinal);
        Assert.Contains($"left out: {Path.Combine(other, "config.json")}", error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(one, "metrics.jsonl")));
    }

    [Fact]
    public async Task Compare_TwoRuns_ShowsConfigurationDifferencesAndLastNumbers()
    {
        var (code, output, _) = await Ivnext.RunAsync("runs", "compare", Write("one", 0.05, 3), Write("two", 0.1, 6));
        Assert.Equal(0, code);
        Assert.Matches(@"training\.weight_decay\s+│\s+0\.05\s+│\s+0\.1\s", output);
        Assert.Matches(@"pixel\s+│\s+3\s+│\s+6\s", output);
        Assert.DoesNotContain("training.beta1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_TwoRuns_DrawsThemIntoOneSelfContainedPage()
    {
        var page = Path.Combine(_folder.Root, "page.html");
        Assert.Equal(0, (await Ivnext.CallAsync("runs", "show", Write("one", 0.05, 3), Write("two", 0.1, 6), "--out", page)).Code);
        var html = await File.ReadAllTextAsync(page);
        Assert.Contains("Loss: pixel", html, StringComparison.Ordinal);
        Assert.Contains("Gradient norm", html, StringComparison.Ordinal);
        Assert.Contains("training.weight_decay", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", html);
        Assert.DoesNotContain("Quick probe", html, StringComparison.Ordinal); // never logged: no empty frame
    }

    [Fact]
    public async Task Show_LogCutShort_IsDrawnAndSaid_ALogWithAWrongLineIsNot()
    {
        var run = Write("one", 0.05, 3);
        await File.AppendAllTextAsync(Path.Combine(run, "metrics.jsonl"), "{\"step\":4,");
        Assert.Equal(0, (await Ivnext.CallAsync("runs", "show", run)).Code);
        Assert.Contains("was cut short", await File.ReadAllTextAsync(Path.Combine(run, "curves.html")), StringComparison.Ordinal);
        await File.AppendAllTextAsync(Path.Combine(run, "metrics.jsonl"), "\n" + MetricsFileTests.Line(5));
        var (code, _, error) = await Ivnext.CallAsync("runs", "show", run);
        Assert.Equal(1, code);
        Assert.Contains("metrics.jsonl:4: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_NoRun_IsWrongUsage()
    {
        var (code, _, error) = await Ivnext.CallAsync("runs", "show", _folder.Root);
        Assert.Equal(2, code);
        Assert.Contains("is no run", error, StringComparison.Ordinal);
    }

    // A run as it lies on disk, with a log of some steps of six.
    private string Write(string name, double weightDecay, int steps)
    {
        var run = new RunFolder(Path.Combine(_folder.Root, name));
        run.WriteConfig(TinyRun.Stage1 with { Training = TinyRun.Training(6) with { WeightDecay = weightDecay } });
        File.WriteAllLines(run.MetricsFile, Enumerable.Range(1, steps).Select(i => MetricsFileTests.Line(i).TrimEnd()));
        return run.Root;
    }
}
