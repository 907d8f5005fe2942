using InternVideoNext.Benchmarks;
using InternVideoNext.Cli.Bench;
using InternVideoNext.Tests.Training;

namespace InternVideoNext.Tests.Cli.Bench;

[Collection(WholeProcessGroup.Name)] // training.threads sets the number of the process
public sealed class BenchCommandsTests
{
    private static readonly string[] Tiny = [
        "--preset", "tiny", "--batch", "2", "--steps", "2", "--warm-up", "1", "--warm-up-seconds", "0", "--threads", "1"];

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Train_Tiny_ShowsAndWritesTheSame(string stage)
    {
        using var folder = new TemporaryRun();
        var json = Path.Combine(folder.Run.Root, "result.json");
        var (code, output, error) = await Ivnext.RunAsync(
            ["bench", "train", .. Tiny, "--stage", stage, "--profile", "--out", folder.Run.Root, "--json", json]);
        Assert.True(code == 0, error);
        var result = BenchmarkResult.Load(json);
        Assert.Equal(
            $"./ivnext bench train --preset tiny --batch 2 --steps 2 --warm-up 1 --warm-up-seconds 0 --threads 1 --stage {stage} "
            + $"--profile --out {folder.Run.Root} --json {json}", result.Command);
        Assert.Equal(1, result.Machine.Threads);
        Assert.Contains("clips/s", output, StringComparison.Ordinal);
        Assert.Contains("issuing operators", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Run.Root, "timeline.json")));
        Assert.True(File.Exists(Path.Combine(folder.Run.Root, "benchmark.json")));

        var (same, compared, _) = await Ivnext.CallAsync("bench", "compare", json, json);
        Assert.Equal(0, same);
        Assert.Contains("Same machine, configuration and number of parameters", compared, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_SecondsOfWarmUp_AddsSteps()
    {
        using var folder = new TemporaryRun();
        var json = Path.Combine(folder.Run.Root, "result.json");
        var (code, _, error) = await Ivnext.RunAsync(["bench", "train", .. Tiny[..^4], "--warm-up-seconds", "1", "--json", json]);
        Assert.True(code == 0, error);
        Assert.InRange(BenchmarkResult.Load(json).Throughput.WarmUp, 2, 1000);
    }

    [Theory]
    [InlineData("there is no preset 'huge'", "train --preset huge")]
    [InlineData("'3' not recognized", "train --stage 3")]
    [InlineData("--steps 0: it must lie in 1..", "train --preset tiny --steps 0")]
    [InlineData("--warm-up-seconds -1: it must lie in 0..", "train --preset tiny --warm-up-seconds -1")]
    [InlineData("--device gpu: it must be cpu", "train --preset tiny --device gpu")]
    [InlineData("--device is cuda:99", "train --preset tiny --device cuda:99")]
    [InlineData("cannot be left out", "train --preset tiny --stage 2 --without-teacher")]
    [InlineData("--rounds 0", "twin --preset tiny --rounds 0")]
    public async Task Bench_Wrong_ExitsWithTwoAndSaysWhat(string message, string line)
    {
        var (code, _, error) = await Ivnext.CallAsync(["bench", .. line.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_NoSuchFile_ExitsWithOneNamingIt()
    {
        var (code, _, error) = await Ivnext.CallAsync("bench", "compare", "/no/a.json", "/no/b.json");
        Assert.Equal(1, code);
        Assert.Contains("/no/a.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twin_NoPyTorch_ExitsWithThreeAndSaysHow()
    {
        var folder = Directory.CreateTempSubdirectory();
        var python = Path.Combine(folder.FullName, "python");
        await File.WriteAllTextAsync(python, "#!/bin/sh\necho \"ModuleNotFoundError: No module named 'torch'\" >&2\nexit 1\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(python, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (
            var (name, message) in (
            IEnumerable<(string, string)>)[(python, "No module named 'torch'"), ("/no/python", "there is no such program")])
        {
            var error = await Assert.ThrowsAsync<TwinMissingException>(() => BenchProcess.TorchOfAsync(name, CancellationToken.None));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
            Assert.Equal(3, await InternVideoNext.Cli.ErrorReport.GuardAsync(() => throw error, TextWriter.Null));
        }
        folder.Delete(recursive: true);
    }
}
