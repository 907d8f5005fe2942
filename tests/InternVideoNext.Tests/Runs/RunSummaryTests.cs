using InternVideoNext.Foundation;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using InternVideoNext.Training;

namespace InternVideoNext.Tests.Runs;

public sealed class RunSummaryTests
{
    [Fact]
    public async Task Read_FinishedInterruptedAndRunning_SaysWhich()
    {
        using var folder = new TemporaryRun();
        var config = TinyRun.Stage1 with { Training = TinyRun.Training(6) with { HealthEvery = 2, WarmupSteps = 1 } };
        Directory.CreateDirectory(Path.Combine(folder.Root, "data"));
        await TinyRun.TrainAsync(config, folder.Run, stopAfter: 3);
        Assert.Equal([folder.Run.Root], RunSummary.Find(folder.Root));
        var stopped = RunSummary.Read(folder.Run.Root);
        Assert.Equal((RunState.Interrupted, 3L), (stopped.State, stopped.Newest!.Step));
        Assert.NotNull(stopped.Health);

        var states = new List<RunState>();
        using (var stage = TinyRun.Build(config))
        {
            var watch = new TinyRun.Watcher(_ => states.Add(RunSummary.Read(folder.Run.Root).State));
            await new Trainer(config, stage, new NoiseClips(), folder.Run).RunAsync(watch, CancellationToken.None);
        }
        Assert.Equal(Enumerable.Repeat(RunState.Running, 3), states);
        Assert.Equal(RunState.Finished, RunSummary.Read(folder.Run.Root).State);
    }

    [Fact]
    public async Task Run_FolderTrainedByAnother_IsRefused()
    {
        using var folder = new TemporaryRun();
        using var claim = await folder.Run.ClaimAsync();
        var config = TinyRun.Stage1 with { Training = TinyRun.Training(2) };
        var error = await Assert.ThrowsAsync<IOException>(() => TinyRun.TrainAsync(config, folder.Run));
        Assert.Contains($"another process trains in {folder.Run.Root} now", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoRun_SaysWhatIsThere()
    {
        using var folder = new TemporaryRun();
        Assert.Contains(
            "is no run: it has no config.json", Assert.Throws<ConfigurationException>(() => RunFolder.Open(folder.Root)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "there is no such folder", Assert.Throws<ConfigurationException>(() => RunFolder.Open(folder.Run.Root)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "is no folder", Assert.Throws<ConfigurationException>(() => RunSummary.Find(folder.Run.Root)).Message,
            StringComparison.Ordinal);
    }
}
