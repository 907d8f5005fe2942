using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Training;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class TrainerTests(ITestOutputHelper console)
{
    private static readonly TrainingConfig Short = TinyRun.Training(
        9) with
    { CheckpointEvery = 4, LogEvery = 3, HealthEvery = 4, WarmupSteps = 2 };

    public static TheoryData<string, Precision, int, int[]> Interruptions => new()
    {
        { "stage1", Precision.Float32, 1, [3] },
        { "stage1", Precision.Float32, 1, [3, 6] },
        { "stage1", Precision.Float32, 2, [6] },
        { "stage1", Precision.Bfloat16, 1, [6] },
        { "stage2", Precision.Float32, 1, [3] },
        { "stage2", Precision.Bfloat16, 1, [3, 6] },
    };

    [Theory]
    [MemberData(nameof(Interruptions))]
    public async Task Run_InterruptedAndContinued_EqualsUninterruptedBitForBit(
        string name, Precision precision, int accumulation, int[] stops)
    {
        var config = Config(name, Short with { Precision = precision, Accumulation = accumulation });
        using var whole = new TemporaryRun();
        using var parts = new TemporaryRun();
        var expected = await TinyRun.TrainAsync(config, whole.Run);
        foreach (var stop in stops)
        {
            var interrupted = await TinyRun.TrainAsync(config, parts.Run, stopAfter: stop);
            Assert.Equal((false, (long)stop), (interrupted.Finished, interrupted.Step));
        }
        var outcome = await TinyRun.TrainAsync(config, parts.Run);
        Assert.True(outcome.Finished && expected.Finished);
        RunAssert.Equal(whole.Run, parts.Run);
        console.WriteLine(
            $"{MetricsFile.Read(parts.Run.MetricsFile).Count} steps, last loss {MetricsFile.Read(parts.Run.MetricsFile)[^1].Loss}");
    }

    [Fact]
    public async Task Run_StoppedBeforeTheFirstStep_LeavesACheckpointToGoOnFrom()
    {
        using var whole = new TemporaryRun();
        using var parts = new TemporaryRun();
        var config = Config("stage1", Short);
        await TinyRun.TrainAsync(config, whole.Run);
        using (var stage = TinyRun.Build(config))
        {
            var outcome = await new Trainer(config, stage, new NoiseClips(), parts.Run)
                .RunAsync(null, new CancellationToken(canceled: true));
            Assert.Equal((false, 0L), (outcome.Finished, outcome.Step));
            Assert.EndsWith("step-00000000", outcome.Checkpoint, StringComparison.Ordinal);
        }
        await TinyRun.TrainAsync(config, parts.Run);
        RunAssert.Equal(whole.Run, parts.Run);
    }

    [Fact]
    public async Task Run_AlreadyFinished_DoesNothing()
    {
        using var folder = new TemporaryRun();
        var config = Config("stage1", Short);
        var first = await TinyRun.TrainAsync(config, folder.Run);
        var log = await File.ReadAllTextAsync(folder.Run.MetricsFile);
        var again = await TinyRun.TrainAsync(
            config, folder.Run, clips: new NoiseClips { Before = (_, _) => throw new InvalidOperationException("read") });
        Assert.Equal((true, 9L, first.Checkpoint), (again.Finished, again.Step, again.Checkpoint));
        Assert.Equal(log, await File.ReadAllTextAsync(folder.Run.MetricsFile));
    }

    [Fact]
    public async Task Run_BrokenBatches_AreSkippedCountedAndNamed()
    {
        using var folder = new TemporaryRun();
        var config = Config("stage1", Short with { Accumulation = 2 });
        var outcome = await TinyRun.TrainAsync(config, folder.Run, stopAfter: 6, clips: new NoiseClips { Broken = [3, 13] });
        Assert.Equal(1, outcome.SkippedSteps);
        outcome = await TinyRun.TrainAsync(config, folder.Run, clips: new NoiseClips { Broken = [3, 13] });
        Assert.True(outcome.Finished);
        Assert.Equal(2, outcome.SkippedSteps);
        var metrics = MetricsFile.Read(folder.Run.MetricsFile);
        Assert.Equal([0, 1, 1, 1, 1, 1, 2, 2, 2], metrics.Select(m => m.SkippedSteps));
        foreach (var m in metrics)
        {
            var broken = m.Step is 2 or 7;
            Assert.Equal(broken, m.Loss is null);
            Assert.Equal(broken ? Enumerable.Range((int)(m.Step - 1) * 8, 8) : null, m.SkippedClips);
        }
        using var model = ModelCheckpoint.Open(folder.Run.Root, CPU);
        Assert.All(model.parameters(), p => Assert.True(p.isfinite().all().item<bool>()));
    }

    [Fact]
    public async Task Run_TooManyBrokenBatches_StopsWithTheClipsAndTheLastGoodState()
    {
        using var folder = new TemporaryRun();
        var config = Config("stage1", Short with { Steps = 20, LogEvery = 2, MaxSkippedSteps = 1 });
        var halted = await Assert.ThrowsAsync<TrainingHaltedException>(
            () => TinyRun.TrainAsync(config, folder.Run, clips: new NoiseClips { Broken = [2, 4, 5, 6] }));
        Assert.Contains("3 steps had a non-finite loss", halted.Message, StringComparison.Ordinal);
        Assert.Contains("stopped at step 6", halted.Message, StringComparison.Ordinal);
        Assert.Contains("entries 20, 21, 22, 23.", halted.Message, StringComparison.Ordinal);
        Assert.Equal([20, 21, 22, 23], halted.Entries);
        Assert.Contains(
            $"weights inspect {Path.Combine(folder.Run.CheckpointFolders()[0], "model.safetensors")}", halted.Message,
            StringComparison.Ordinal);
        RunAssert.NoHalfWrittenCheckpoint(folder.Run);
        Assert.EndsWith("step-00000006", folder.Run.CheckpointFolders()[0], StringComparison.Ordinal);
        Assert.Equal(6, MetricsFile.Read(folder.Run.MetricsFile).Count);
    }

    [Fact]
    public async Task Run_StoppedWhileABatchIsRead_EndsWithoutWaitingAndLeavesNoBatch()
    {
        using var folder = new TemporaryRun();
        using var stop = new CancellationTokenSource();
        var trained = new TaskCompletionSource();
        var clips = new NoiseClips
        {
            Before = async (step, cancellation) =>
            {
                if (step != 2) return; // which is read while others are trained on
                await trained.Task;
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            },
        };
        var config = Config("stage1", Short with { LogEvery = 1 });
        using var stage = TinyRun.Build(config);
        var progress = new TinyRun.Watcher(p =>
        {
            if (p.Metrics.Step == 2) trained.SetResult();
        });
        var outcome = await new Trainer(config, stage, clips, folder.Run).RunAsync(progress, stop.Token);
        Assert.Equal((false, 2L), (outcome.Finished, outcome.Step));
        Assert.Equal(2, MetricsFile.Read(folder.Run.MetricsFile).Count);
        Assert.All(clips.Made, video => Assert.True(video.IsInvalid));
    }

    [Theory]
    [InlineData("stage1", 1, false)]
    [InlineData("stage1", 2, false)]
    [InlineData("stage2", 1, false)]
    [InlineData("stage1", 2, true)]
    [InlineData("stage2", 1, true)]
    public async Task Run_ThirtyStepsAfterWarmUp_NoTensorMoreIsAlive(string name, int accumulation, bool recomputes)
    {
        using var folder = new TemporaryRun();
        var config = Config(
            name, Short with
            {
                Steps = 34,
                LogEvery = 1,
                CheckpointEvery = 5,
                Accumulation = accumulation,
                Recompute = new RecomputeConfig { Encoder = recomputes ? new(0, 1) : null }
            });
        var alive = new List<long>();
        using var stage = TinyRun.Build(config);
        // Counted for the run's thread, since other tests run beside this one. Batches are made in another, and end here.
        var progress = new TinyRun.Watcher(_ => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        await new Trainer(config, stage, new NoiseClips(), folder.Run).RunAsync(progress, CancellationToken.None);
        console.WriteLine(string.Join(" ", alive));
        for (var i = 4; i < alive.Count; i++) Assert.Equal(alive[4] - (accumulation * (i - 4)), alive[i]);
    }

    [Fact]
    public async Task Run_HealthEvery_LogsHowAliveTheFeaturesAre()
    {
        using var folder = new TemporaryRun();
        await TinyRun.TrainAsync(Config("stage1", Short), folder.Run);
        foreach (var m in MetricsFile.Read(folder.Run.MetricsFile))
        {
            Assert.Equal(m.Step % 4 == 0, m.Health is not null);
            if (m.Health is not { } health) continue;
            Assert.Equal(4, health.Rows);
            Assert.InRange(health.EffectiveRank, 1, 3.0001);
            Assert.True(health.Deviation > 0);
        }
    }

    [Fact]
    public async Task Run_Accumulation_EqualsOneLargerBatch()
    {
        // Nothing is drawn in this stage: masks are the least salient tokens, the decoder is linear, no path is dropped.
        var plain = TinyRun.Stage1 with
        {
            Masking = new InternVideoNext.Masking.SemanticMaskingConfig { Selection = InternVideoNext.Masking.SaliencySelection.TopK },
            Model = TinyRun.Stage1.Model with { Decoder = new LinearPixelDecoderConfig(), Encoder = TinyRun.Encoder with { DropPath = 0 } },
        };
        using var large = new TemporaryRun();
        using var small = new TemporaryRun();
        await TinyRun.TrainAsync(plain with { Training = Short with { BatchSize = 8 } }, large.Run, clips: new NoiseClips());
        await TinyRun.TrainAsync(
            plain with { Training = Short with { BatchSize = 4, Accumulation = 2 } }, small.Run, clips: new NoiseClips());
        var (a, b) = (MetricsFile.Read(large.Run.MetricsFile), MetricsFile.Read(small.Run.MetricsFile));
        foreach (var (whole, halves) in a.Zip(b))
        {
            Assert.Equal(whole.LearningRate, halves.LearningRate);
            Assert.Equal(whole.Loss!.Value, halves.Loss!.Value, 2e-4 * whole.Loss.Value);
            Assert.Equal(whole.GradientNorm!.Value, halves.GradientNorm!.Value, 2e-3 * whole.GradientNorm.Value);
        }
    }

    private static RunConfig Config(string name, TrainingConfig training) =>
        name == "stage1" ? TinyRun.Stage1 with { Training = training } : TinyRun.Stage2 with { Training = training };
}
