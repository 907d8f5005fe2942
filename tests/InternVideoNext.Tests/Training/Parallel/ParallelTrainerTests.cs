using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Training;
using InternVideoNext.Training.Parallel;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training.Parallel;

public sealed class ParallelTrainerTests : IDisposable
{
    private static readonly TrainingConfig Short = TinyRun.Training(
        6) with
    { Accumulation = 2, BatchSize = 3, CheckpointEvery = 4, LogEvery = 2, HealthEvery = 3, WarmupSteps = 2 };
    private readonly TemporaryRun _one = new(), _many = new();

    public void Dispose()
    {
        _one.Dispose();
        _many.Dispose();
    }

    [Theory]
    [InlineData("stage1", Precision.Float32, 2)]
    [InlineData("stage1", Precision.Bfloat16, 2)]
    [InlineData("stage1", Precision.Float32, 4)]
    [InlineData("stage2", Precision.Float32, 2)]
    [InlineData("stage2", Precision.Bfloat16, 2)]
    public async Task Run_AProcessABatch_EqualsOneProcessBitForBit(string name, Precision precision, int size)
    {
        var config = Config(name, Short with { Precision = precision, Accumulation = size });
        await TinyRun.TrainAsync(config, _one.Run);
        var outcomes = await Task.WhenAll(await TrainAsync(config, size));
        Assert.All(
            outcomes, outcome => Assert.Equal((true, 6L, outcomes[0].Checkpoint), (outcome.Finished, outcome.Step, outcome.Checkpoint)));
        RunAssert.Equal(_one.Run, _many.Run);
    }

    [Fact]
    public async Task Run_TwoProcessesOfTwoBatchesEach_IsTheSameRunUpToTheOrderOfAdditions()
    {
        var config = Config("stage1", Short with { Accumulation = 4 });
        await TinyRun.TrainAsync(config, _one.Run);
        await Task.WhenAll(await TrainAsync(config, 2));
        var (expected, actual) = (MetricsFile.Read(_one.Run.MetricsFile), MetricsFile.Read(_many.Run.MetricsFile));
        Assert.Equal(expected.Select(m => m.Step), actual.Select(m => m.Step));
        Assert.All(expected.Zip(actual), m => Assert.Equal(m.First.Loss!.Value, m.Second.Loss!.Value, 1e-4));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public async Task Run_StoppedAndResumedWithAnotherNumberOfProcesses_EqualsUninterrupted(int first, int second)
    {
        var config = Config("stage2", Short);
        await TinyRun.TrainAsync(config, _one.Run);
        var stopped = await Task.WhenAll(await TrainAsync(config, first, stopAfter: 2));
        Assert.All(stopped, outcome => Assert.Equal((false, 2L), (outcome.Finished, outcome.Step)));
        await Task.WhenAll(await TrainAsync(config, second));
        RunAssert.Equal(_one.Run, _many.Run);
    }

    [Fact]
    public async Task Run_StoppedOnAnotherRankWhileItReads_EndsAllAtTheSameStep()
    {
        using var stop = new CancellationTokenSource();
        var config = Config("stage1", Short);
        var ranks = await TrainAsync(config, 2, clips: rank => new NoiseClips
        {
            Before = async (batch, cancellation) =>
            {
                if (batch != 5) return; // the second of step 2
                Assert.Equal(1, rank);
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            },
        }, stop: rank => rank == 1 ? stop.Token : CancellationToken.None);
        Assert.All(await Task.WhenAll(ranks), outcome => Assert.Equal((false, 2L), (outcome.Finished, outcome.Step)));
        Assert.EndsWith("step-00000002", Assert.Single(_many.Run.CheckpointFolders()), StringComparison.Ordinal);
        Assert.Equal(2, MetricsFile.Read(_many.Run.MetricsFile).Count);
    }

    [Fact]
    public async Task Run_EachRank_ReadsItsOwnBatchesOnly()
    {
        var clips = new[] { new NoiseClips(), new NoiseClips() };
        await Task.WhenAll(
            await TrainAsync(Config("stage1", Short with { Accumulation = 4, Steps = 2, WarmupSteps = 0 }), 2, clips: rank => clips[rank]));
        Assert.Equal([0, 1, 4, 5], clips[0].Read);
        Assert.Equal([2, 3, 6, 7], clips[1].Read);
        Assert.All(clips.SelectMany(c => c.Made), video => Assert.True(video.IsInvalid));
    }

    [Fact]
    public async Task Run_BrokenBatchOfAnotherRank_IsSkippedByAllAndItsStepsClipsAreNamed()
    {
        var config = Config("stage1", Short);
        await TinyRun.TrainAsync(config, _one.Run, clips: new NoiseClips { Broken = [5] });
        var outcomes = await Task.WhenAll(await TrainAsync(config, 2, clips: _ => new NoiseClips { Broken = [5] }));
        Assert.All(outcomes, outcome => Assert.Equal(1, outcome.SkippedSteps));
        Assert.Equal(Enumerable.Range(12, 6), MetricsFile.Read(_many.Run.MetricsFile)[2].SkippedClips);
        RunAssert.Equal(_one.Run, _many.Run);
    }

    [Fact]
    public async Task Run_TooManyBrokenBatches_StopsEveryRankAndTheFirstSaysMore()
    {
        var config = Config("stage1", Short with { MaxSkippedSteps = 0 });
        var ranks = await TrainAsync(config, 2, clips: _ => new NoiseClips { Broken = [3] });
        var halted = ranks.Select(rank => Assert.IsType<TrainingHaltedException>(rank.Exception?.InnerException)).ToList();
        Assert.Equal(Enumerable.Range(6, 6), halted[0].Entries);
        Assert.Contains("rank 0 says more", halted[1].Message, StringComparison.Ordinal);
        Assert.EndsWith("step-00000002", Assert.Single(_many.Run.CheckpointFolders()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_RankThatFails_EndsTheOthersNamingIt()
    {
        var ranks = await TrainAsync(Config("stage1", Short), 3, accumulation: 3, clips: rank => new NoiseClips
        {
            Before = (batch, _) => rank == 1 && batch > 3 ? throw new InvalidDataException("no clip can be read") : Task.CompletedTask,
        });
        Assert.IsType<InvalidDataException>(ranks[1].Exception?.InnerException);
        foreach (var rank in (int[])[0, 2]) Assert.Equal(
            1, Assert.IsType<ProcessLostException>(ranks[rank].Exception?.InnerException).Rank);
        // Its fourth batch is one of step 2: the one before is whole.
        Assert.EndsWith("step-00000001", Assert.Single(_many.Run.CheckpointFolders()), StringComparison.Ordinal);
        RunAssert.NoHalfWrittenCheckpoint(_many.Run);
    }

    [Fact]
    public async Task Run_NewestCheckpointDamaged_TheFirstDecidesAndTheOthersFollow()
    {
        var config = Config("stage2", Short);
        await TinyRun.TrainAsync(config, _one.Run);
        await Task.WhenAll(await TrainAsync(config, 2, stopAfter: 6));
        await File.WriteAllTextAsync(Path.Combine(_many.Run.CheckpointFolders()[0], "model.safetensors"), "");
        var outcomes = await Task.WhenAll(await TrainAsync(config, 2));
        Assert.Single(outcomes[0].DamagedCheckpoints);
        Assert.All(outcomes, outcome => Assert.True(outcome.Finished));
        RunAssert.Equal(_one.Run, _many.Run);
    }

    [Fact]
    public async Task Run_AnotherConfigurationOnARank_IsRefusedByAllNamingTheDifference()
    {
        var ranks = await Loopback.RunAsync(
            2, group =>
            TrainAsync(
            Config("stage1", Short with { WeightDecay = group.Rank == 0 ? 0.05 : 0.5 }), group, new NoiseClips(), null, default));
        foreach (var rank in ranks)
        {
            var error = Assert.IsType<ConfigurationException>(rank.Exception?.InnerException);
            Assert.Contains(
                "rank 1 was given another configuration than rank 0:\n  training.weight_decay: 0.05 -> 0.5", error.Message,
                StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(_many.Run.Root));
    }

    [Fact]
    public async Task Run_SameClipsInAnotherOrderOnARank_IsRefusedByAll()
    {
        var ranks = await TrainAsync(
            Config("stage1", Short), 2, clips: rank => new NoiseClips { Fingerprint = rank == 0 ? "a before b" : "b before a" });
        foreach (var rank in ranks)
        {
            var error = Assert.IsType<ConfigurationException>(rank.Exception?.InnerException);
            Assert.Contains("rank 1 found as many training clips as rank 0, 100, but not the same ones in the same order", error.Message,
                StringComparison.Ordinal);
        }
        Assert.False(Directory.Exists(_many.Run.Root));
    }

    [Fact]
    public async Task Run_OtherFirstWeightsOnARank_StartsFromTheFirstsEverywhere()
    {
        var config = Config("stage2", Short with { Steps = 2, WarmupSteps = 0 });
        await TinyRun.TrainAsync(config, _one.Run);
        await Task.WhenAll(await Loopback.RunAsync(2, async group =>
        {
            using var stage = TinyRun.Build(config);
            if (group.Rank == 1) Disturb(stage.Student);
            return await new Trainer(config, stage, new NoiseClips(), _many.Run, probe: null, group).RunAsync(null, CancellationToken.None);
        }));
        RunAssert.Equal(_one.Run, _many.Run);
    }

    private static void Disturb(EncoderPredictorDecoder student)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var parameter in student.parameters()) parameter.add_(0.01f);
    }

    private Task<Task<TrainingOutcome>[]> TrainAsync(
        RunConfig config, int size, long? stopAfter = null, int? accumulation = null, Func<int, NoiseClips>? clips = null,
            Func<int, CancellationToken>? stop = null)
    {
        var shared = accumulation is { } count ? config with { Training = config.Training with { Accumulation = count } } : config;
        return Loopback.RunAsync(
            size, group =>
            TrainAsync(shared, group, clips?.Invoke(group.Rank) ?? new NoiseClips(), stopAfter, stop?.Invoke(group.Rank) ?? default));
    }

    // Only the first rank is told of progress, and so stops; the others must learn of it.
    private async Task<TrainingOutcome> TrainAsync(
        RunConfig config, IProcessGroup group, NoiseClips clips, long? stopAfter, CancellationToken cancellation)
    {
        using var stage = TinyRun.Build(config);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var progress = new TinyRun.Watcher(p =>
        {
            if (p.Metrics.Step == stopAfter) stop.Cancel();
        });
        return await new Trainer(config, stage, clips, _many.Run, probe: null, group).RunAsync(progress, stop.Token);
    }

    private static RunConfig Config(string stage, TrainingConfig training) =>
        stage == "stage1" ? TinyRun.Stage1 with { Training = training } : TinyRun.Stage2 with { Training = training };
}
