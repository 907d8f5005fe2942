using InternVideoNext.Cli.GpuCheck;

namespace InternVideoNext.Tests.Cli;

/// <summary>The check itself, on the CPU with the smallest models: what it would say of a GPU is not known here.</summary>
public sealed class GpuCheckTests : IDisposable
{
    private static readonly Dictionary<string, string> Checkout = new() { ["IVNEXT_ROOT"] = Repository.Root };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task GpuCheck_OnTheCpu_RunsEveryPartAndWritesEachAsItComes()
    {
        var (code, output, error) = await Ivnext.RunWithAsync(
            Checkout, "gpu-check", "--out", _folder.Path, "--device", "cpu", "--size", "tiny", "--minutes", "25");
        var results = Results();
        Assert.True(code == 0, $"{output}\n{error}\n{string.Join('\n', results)}");
        Assert.Equal(
            ["doctor", "parity", "resume-float32", "resume-bfloat16", "bench-stage1-tiny", "from-files", "fp8-teacher"],
            results.Select(r => r.Part));
        Assert.All(results.SkipLast(1), r => Assert.Equal(CheckState.Passed, r.State));
        Assert.Equal(CheckState.Absent, results[^1].State);
        Assert.All(results.Where(r => r.Part.StartsWith("resume-", StringComparison.Ordinal)),
            r => Assert.Contains("equal to the bit", r.Note, StringComparison.Ordinal));
        Assert.Contains("clips/s", results[4].Note, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "doctor.log")));
        Assert.Contains("6 passed", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GpuCheck_DeviceThatIsNotHere_SaysWhatFailedAndGoesOn()
    {
        var (code, _, _) = await Ivnext.RunWithAsync(
            Checkout, "gpu-check", "--out", _folder.Path, "--device", "cuda:9", "--size", "tiny", "--minutes", "25");
        var results = Results();
        Assert.Equal(1, code);
        var parity = results.Single(r => r.Part == "parity");
        Assert.Equal(CheckState.Failed, parity.State);
        Assert.Contains("cuda:9", parity.Note, StringComparison.Ordinal);
        Assert.Equal(7, results.Count);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "report.html")));
    }

    [Fact]
    public async Task GpuCheck_WithoutTime_SaysSoOfEveryPart()
    {
        var (code, output, _) = await Ivnext.CallAsync(
            "gpu-check", "--out", _folder.Path, "--device", "cpu", "--size", "tiny", "--minutes", "0");
        Assert.Equal(1, code);
        Assert.All(Results(), r => Assert.Equal(CheckState.OutOfTime, r.State));
        Assert.Contains("7 out of time", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GpuCheck_FolderOfAnotherCheck_IsRefused()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "results.jsonl"), "");
        var (code, _, error) = await Ivnext.CallAsync("gpu-check", "--out", _folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("already holds a check", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private List<CheckResult> Results() =>
        [.. File.ReadAllLines(Path.Combine(_folder.Path, "results.jsonl")).Select(CheckResult.FromJson)];
}
