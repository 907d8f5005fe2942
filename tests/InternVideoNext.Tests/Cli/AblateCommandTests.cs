namespace InternVideoNext.Tests.Cli;

public sealed class AblateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ablate_ThenAgain_ThenRerun_MakesReusesAndRepeatsTheRun()
    {
        var folder = Path.Combine(_folder.Path, "ablation");
        string[] ablate = [
            "ablate", "all", "--preset", "tiny", "--length", "0.02", "--rows", "align,random-encoder", "--jobs", "1", "--out", folder];
        var first = await Ivnext.RunAsync(ablate);
        Assert.True(first.Code == 0, first.Error + first.Output);
        Assert.All(["results.json", "results.csv", "report.html"], file => Assert.True(File.Exists(Path.Combine(folder, file)), file));
        Assert.Contains("align", await File.ReadAllTextAsync(Path.Combine(folder, "results.csv")), StringComparison.Ordinal);

        var again = await Ivnext.RunAsync(ablate);
        Assert.Equal(0, again.Code);
        Assert.Contains("2 runs, 2 of them finished already", again.Output, StringComparison.Ordinal);

        var rerun = await Ivnext.RunAsync(
            "rerun", Path.Combine(folder, "results.json"), "--row", "align", "--out", Path.Combine(_folder.Path, "rerun"));
        Assert.True(rerun.Code == 0, rerun.Error + rerun.Output);
        Assert.Contains("align, seed 1: identical", rerun.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerun_SeveralRowsAndNoneNamed_ListsThem()
    {
        var missing = await Ivnext.CallAsync("rerun", Path.Combine(_folder.Path, "none.json"));
        Assert.Equal(2, missing.Code);
        Assert.Contains("no such file", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rows", "stage3", "there is no ablation row 'stage3'")]
    [InlineData("--budget", "soon", "expected a number with h, m or s")]
    [InlineData("--preset", "huge", "there is no preset 'huge'")]
    [InlineData("--protocol", "best", "There is no probe protocol 'best'")]
    [InlineData("--length", "0", "--length 0: it must lie in")]
    [InlineData("--seeds", "0", "must lie in 1..100")]
    public async Task Ablate_BadOption_SaysWhatIsWrong(string option, string value, string expected)
    {
        var (code, _, error) = await Ivnext.CallAsync("ablate", "stage1", option, value, "--out", Path.Combine(_folder.Path, "bad"));
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ablate_FolderInUse_IsRefused()
    {
        var folder = Path.Combine(_folder.Path, "busy");
        using var held = InternVideoNext.Cli.Ablate.AblationLock.Take(folder);
        var (code, _, error) = await Ivnext.RunAsync("ablate", "bounds", "--preset", "tiny", "--rows", "raw-pixels", "--out", folder);
        Assert.Equal(2, code);
        Assert.Contains("another ablation is at work there", error, StringComparison.Ordinal);
    }
}
