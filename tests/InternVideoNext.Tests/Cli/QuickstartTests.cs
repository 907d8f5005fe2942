using InternVideoNext.Cli.Quickstart;
using InternVideoNext.Runs;
using TorchSharp;

namespace InternVideoNext.Tests.Cli;

public sealed class QuickstartTests
{
    [Fact]
    public async Task RunAsync_SmallJob_WritesEveryResult()
    {
        using var folder = new TemporaryFolder();
        var options = Small(folder.Path);
        Assert.Equal(0, await new QuickstartRecipe(options, "again").RunAsync(CancellationToken.None));

        var csv = await File.ReadAllLinesAsync(Path.Combine(options.Out, "results.csv"));
        Assert.Equal(1 + (2 * 3), csv.Length);
        Assert.Contains(csv, line => line.StartsWith("motion,random encoder,", StringComparison.Ordinal));
        var metrics = await File.ReadAllLinesAsync(Path.Combine(options.Out, "metrics.jsonl"));
        Assert.Equal((3, 2), (metrics.Count(l => l.Contains("\"stage1\"")), metrics.Count(l => l.Contains("\"stage2\""))));
        var report = await File.ReadAllTextAsync(Path.Combine(options.Out, "report.html"));
        Assert.Contains("<svg", report);
        Assert.Contains("data:image/png;base64,", report);
        Assert.DoesNotContain("<script", report);
        foreach (var stage in (string[])["stage1", "stage2"])
        {
            using var encoder = ModelCheckpoint.OpenEncoder(Path.Combine(options.Out, stage), torch.CPU);
            Assert.Equal(64, encoder.Config.Width);
            Assert.True(File.Exists(Path.Combine(options.Out, stage, "config.json")));
        }
    }

    [Fact]
    public async Task RunAsync_InterruptedThenCalledAgain_FinishesWhatWasBegun()
    {
        using var folder = new TemporaryFolder();
        var options = Small(folder.Path) with { Stage1Steps = 200 };
        using var stop = new CancellationTokenSource();
        var running = new QuickstartRecipe(options, "again").RunAsync(stop.Token);
        var metrics = Path.Combine(options.Out, "stage1", "metrics.jsonl");
        while (!running.IsCompleted && !(File.Exists(metrics) && new FileInfo(metrics).Length > 0)) await Task.Delay(20);
        await stop.CancelAsync();
        Assert.Equal(1, await running);
        var checkpoint = Assert.Single(new RunFolder(Path.Combine(options.Out, "stage1")).CheckpointFolders());

        Assert.Equal(0, await new QuickstartRecipe(options, "again").RunAsync(CancellationToken.None));
        Assert.DoesNotContain("step-00000200", checkpoint);
        Assert.Equal(200, MetricsFile.Read(metrics).Count);
    }

    [Fact]
    public void Claim_FolderOfAnotherJob_IsKeptUnderAnotherName()
    {
        using var folder = new TemporaryFolder();
        var root = Path.Combine(folder.Path, "job");
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(root, "precious.txt"), "mine");
        new QuickstartFolder(root).Claim("a new job");
        Assert.False(File.Exists(Path.Combine(root, "precious.txt")));
        Assert.Single(Directory.GetFiles(folder.Path, "precious.txt", SearchOption.AllDirectories));
    }

    private static QuickstartOptions Small(string root) => new()
    {
        Out = Path.Combine(root, "run"),
        TrainClips = 32,
        TestClips = 16,
        Stage1Steps = 3,
        Stage2Steps = 2,
        Set = ["training.batch_size=4", "training.log_every=1"],
    };
}
