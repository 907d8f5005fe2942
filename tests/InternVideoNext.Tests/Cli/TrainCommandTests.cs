using System.Text.RegularExpressions;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Cli;

[Collection(ShapesVideosGroup.Name)]
public sealed class TrainCommandTests(ShapesVideos videos, ITestOutputHelper console)
{
    [Fact]
    public async Task Train_BothStages_LeaveCheckpointsConfigurationAndLog()
    {
        var (one, two) = (videos.Run("one"), videos.Run("two"));
        Assert.Equal(0, (await Ivnext.CallAsync([.. Train("stage1", one, "training.steps=4", "training.checkpoint_every=3")])).Code);
        Assert.Equal(0, (await Ivnext.CallAsync([.. Train("stage2", two, "training.steps=2"), "--start", one])).Code);
        var (first, second) = (new RunFolder(one), new RunFolder(two));
        Assert.Equal(["step-00000004", "step-00000003"], first.CheckpointFolders().Select(Path.GetFileName));
        Assert.Equal(["step-00000002"], second.CheckpointFolders().Select(Path.GetFileName));
        RunAssert.NoHalfWrittenCheckpoint(first);
        RunAssert.NoHalfWrittenCheckpoint(second);
        Assert.Equal(4, MetricsFile.Read(first.MetricsFile).Count);
        Assert.Equal(["align_middle", "align_final", "pixel"], MetricsFile.Read(first.MetricsFile)[0].Parts.Keys);
        var config = (Stage2Config)second.ReadConfig()!;
        Assert.Equal((one, "tiny", 2), (config.Start, config.Preset, config.Training.Steps));
        Assert.Equal(ConfigJson.Write(config), ConfigJson.Write(ModelCheckpoint.ReadConfig(two)));
    }

    [Fact]
    public async Task Train_ExistingRun_IsContinuedOnlyWhenAsked()
    {
        var run = videos.Run("again");
        var arguments = Train("stage1", run, "training.steps=2");
        Assert.Equal(0, (await Ivnext.CallAsync([.. arguments, "--resume"])).Code); // nothing there: from the start
        var (code, _, error) = await Ivnext.CallAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains("already holds a run; add --resume", error, StringComparison.Ordinal);

        string[] longer = Train("stage1", run, "training.steps=3", "training.weight_decay=0.1");
        (code, _, error) = await Ivnext.CallAsync([.. longer, "--resume"]);
        Assert.Equal(2, code);
        Assert.Contains("training.steps: 2 -> 3", error, StringComparison.Ordinal);
        Assert.Contains("training.weight_decay: 0.05 -> 0.1", error, StringComparison.Ordinal);
        Assert.Equal(2, (await Ivnext.CallAsync([.. longer, "--resume", "--allow", "training.steps"])).Code);
        Assert.Equal(0, (await Ivnext.CallAsync([.. longer, "--resume", "--allow", "training.steps", "training.weight_decay"])).Code);
        Assert.Equal([1, 2, 3], MetricsFile.Read(new RunFolder(run).MetricsFile).Select(m => m.Step));
    }

    [Fact]
    public async Task Train_CtrlC_EndsWithACheckpointAndTellsHowToGoOn()
    {
        var run = new RunFolder(videos.Run("it's interrupted"));
        var arguments = Train("stage1", run.Root, "training.steps=400", "training.checkpoint_every=0", "training.log_every=1");
        using var process = Ivnext.Start(arguments);
        Assert.True(process.WaitUntil(() => MetricsFile.Read(run.MetricsFile).Count >= 3));
        process.Interrupt();
        var (code, output, error) = await process.EndAsync();
        console.WriteLine(output);
        Assert.True(code == 1, error);
        Assert.Equal("", error.Trim());
        var logged = MetricsFile.Read(run.MetricsFile).Count;
        Assert.Equal($"step-{logged:D8}", Path.GetFileName(Assert.Single(run.CheckpointFolders())));
        var command = Regex.Match(output, @"Go on with:\s+\./ivnext (.+)").Groups[1].Value.Trim();
        Assert.Equal(
            string.Join(
            ' ', [.. arguments.Select(
            a => a.Contains('\'', StringComparison.Ordinal) ? $"'{a.Replace("'", "'\\''", StringComparison.Ordinal)}'"
            : a), "--resume"]), command);

        Assert.Equal(0, (await Ivnext.CallAsync([.. arguments, "--resume"])).Code);
        Assert.Equal(Enumerable.Range(1, 400), MetricsFile.Read(run.MetricsFile).Select(m => (int)m.Step));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("USR1")]
    [InlineData("USR2")]
    public async Task Train_SignalThatAnnouncesTheEnd_EndsWithACheckpoint(string signal)
    {
        var run = new RunFolder(videos.Run($"told by {signal}"));
        using var process = Ivnext.Start(Train("stage1", run.Root, "training.steps=100000", "training.checkpoint_every=0",
            "training.log_every=1"));
        Assert.True(process.WaitUntil(() => MetricsFile.Read(run.MetricsFile).Count >= 2));
        process.Signal(signal);
        var (code, output, error) = await process.EndAsync();
        Assert.Equal((1, ""), (code, error.Trim()));
        Assert.Contains("Go on with:", output, StringComparison.Ordinal);
        Assert.Equal(
            $"step-{MetricsFile.Read(run.MetricsFile).Count:D8}", Path.GetFileName(Assert.Single(run.CheckpointFolders())));
    }

    [Fact]
    public async Task Train_HangUpThatIsIgnoredAsByNohup_GoesOn()
    {
        var run = new RunFolder(videos.Run("nohup"));
        using var process = Ivnext.StartByShell("trap '' HUP; exec \"$@\"", Train("stage1", run.Root, "training.steps=30",
            "training.log_every=1"));
        Assert.True(process.WaitUntil(() => MetricsFile.Read(run.MetricsFile).Count >= 1));
        process.Signal("HUP");
        var (code, _, error) = await process.EndAsync();
        Assert.True(code == 0, error);
        Assert.Equal(30, MetricsFile.Read(run.MetricsFile).Count);
    }

    [Fact]
    public async Task Train_ResumedWithFewerStepsThanAreDone_IsRefused()
    {
        var run = videos.Run("fewer");
        Assert.Equal(0, (await Ivnext.CallAsync(Train("stage1", run, "training.steps=3"))).Code);
        var (code, _, error) = await Ivnext.CallAsync(
            [.. Train("stage1", run, "training.steps=2"), "--resume", "--allow", "training.steps"]);
        Assert.Equal(2, code);
        Assert.Contains("has done 3 steps, more than the 2 of training.steps", error, StringComparison.Ordinal);
        Assert.Equal(3, MetricsFile.Read(new RunFolder(run).MetricsFile).Count);
    }

    [Fact]
    public async Task Train_EveryCheckpointDamaged_IsRefusedUntilItIsToldToStartOver()
    {
        var run = new RunFolder(videos.Run("damaged"));
        var arguments = Train("stage1", run.Root, "training.steps=3", "training.checkpoint_every=2");
        Assert.Equal(0, (await Ivnext.CallAsync(arguments)).Code);
        foreach (var checkpoint in run.CheckpointFolders()) File.WriteAllText(Path.Combine(checkpoint, "model.safetensors"), "");
        var log = await File.ReadAllTextAsync(run.MetricsFile);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (code, _, error) = await Ivnext.CallAsync([.. arguments, "--resume"]);
            Assert.Equal(1, code);
            Assert.Contains("none is sound, and nothing was changed", error, StringComparison.Ordinal);
            Assert.Contains("--start-over", error, StringComparison.Ordinal);
            Assert.Equal(log, await File.ReadAllTextAsync(run.MetricsFile));
        }
        Assert.Equal(2, (await Ivnext.CallAsync([.. arguments, "--resume", "--start-over"])).Code);
        Assert.Equal(0, (await Ivnext.CallAsync([.. arguments, "--start-over"])).Code);
        Assert.Equal(3, MetricsFile.Read(run.MetricsFile).Count);
        Assert.Equal(log, await File.ReadAllTextAsync(Path.Combine(run.Root, "before-1", "metrics.jsonl")));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(run.Root, "before-1", "checkpoints")).Length);
    }

    [Fact]
    public async Task Train_FolderThatCannotBeWrittenTo_IsToldAsSuch()
    {
        var (code, _, error) = await Ivnext.CallAsync(Train("stage1", "/proc/run", "training.steps=1"));
        Assert.Equal(1, code);
        Assert.Contains("/proc/run cannot be written to: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FolderDeletedMeanwhile_EndsAndSaysSo()
    {
        var run = new RunFolder(videos.Run("deleted"));
        using var process = Ivnext.Start(Train("stage1", run.Root, "training.steps=100000", "training.log_every=1"));
        Assert.True(process.WaitUntil(() => MetricsFile.Read(run.MetricsFile).Count >= 2));
        Directory.Move(run.Root, run.Root + " is elsewhere");
        var (code, _, error) = await process.EndAsync();
        Assert.Equal(1, code);
        Assert.Contains($"{run.Root} was deleted or moved while the run in it was trained", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(run.Root, "checkpoints")));
    }

    [Fact]
    public async Task Train_MaxHours_EndsDoneWithACheckpoint()
    {
        var run = new RunFolder(videos.Run("limited"));
        string[] arguments = Train("stage1", run.Root, "training.steps=100000");
        Assert.Equal(0, (await Ivnext.CallAsync([.. arguments, "--max-hours", "0.0003"])).Code); // about a second
        Assert.Single(run.CheckpointFolders());
        Assert.Equal(2, (await Ivnext.CallAsync([.. arguments, "--resume", "--max-hours", "0"])).Code);
    }

    private string[] Train(string stage, string run, params string[] set) =>
        ["train", stage, "--data", videos.Manifest, "--preset", "tiny", "--out", run, "--set", "training.batch_size=4",
            "training.warmup_steps=0", .. set];
}
