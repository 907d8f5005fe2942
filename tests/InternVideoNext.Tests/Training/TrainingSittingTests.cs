using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>Whatever ends a run, its last whole step is saved; and what is not a whole step is not.</summary>
public sealed class TrainingSittingTests : IDisposable
{
    private const int Last = 5;
    private static readonly RunConfig Config = TinyRun.Stage2 with { Training = TinyRun.Training(9) with { WarmupSteps = 2 } };
    private readonly TemporaryRun _whole = new(), _ended = new();
    private readonly List<string> _notices = [];

    public void Dispose()
    {
        _whole.Dispose();
        _ended.Dispose();
    }

    [Fact]
    public async Task Train_DataThatCannotBeRead_SavesTheLastWholeStepFirst()
    {
        var clips = new NoiseClips
        {
            Before = (batch, _) => batch == Last ? throw new IOException("the disk is away") : Task.CompletedTask,
        };
        Assert.Equal("the disk is away", (await Assert.ThrowsAsync<IOException>(() => TrainAsync(clips: clips))).Message);
        await AssertGoesOn();
    }

    [Fact]
    public async Task Train_NativeErrorInAStep_SavesTheLastWholeStepFirst()
    {
        await Assert.ThrowsAsync<ExternalException>(() => TrainAsync(stage => new Failing(stage)
        {
            Losses = step => FailNatively(step == Last),
        }));
        await AssertGoesOn();
    }

    [Fact]
    public async Task Train_WatcherThatThrows_SavesTheLastWholeStepFirst()
    {
        var progress = new TinyRun.Watcher(p =>
        {
            if (p.Metrics.Step == Last) throw new InvalidOperationException("no window");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => TrainAsync(progress: progress));
        Assert.Contains("its 5 steps are saved in", Assert.Single(_notices), StringComparison.Ordinal);
        await AssertGoesOn();
    }

    [Fact]
    public async Task Train_ErrorInAnUpdate_SavesNothingHalfDone()
    {
        await Assert.ThrowsAsync<ExternalException>(() => TrainAsync(stage => new Failing(stage)
        {
            Updates = update => FailNatively(update == Last),
        }));
        Assert.Empty(_ended.Run.CheckpointFolders());
    }

    [Fact]
    public async Task Train_DiskThatDoesNotTakeACheckpoint_IsWaitedFor()
    {
        // A file where the folder should be, until somebody is told of it.
        var obstacle = Path.Combine(_ended.Run.Root, "checkpoints");
        Directory.CreateDirectory(_ended.Run.Root);
        await File.WriteAllTextAsync(obstacle, "");
        var outcome = await TrainAsync(told: _ => File.Delete(obstacle));
        Assert.Contains("cannot be written to", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.True(outcome.Finished);
        RunAssert.NoHalfWrittenCheckpoint(_ended.Run);
    }

    [Fact]
    public async Task Train_FolderDeleted_EndsAndMakesNoOther()
    {
        var progress = new TinyRun.Watcher(p =>
        {
            if (p.Metrics.Step == 3) Directory.Delete(_ended.Run.Root, recursive: true);
        });
        var error = await Assert.ThrowsAsync<RunFolderLostException>(() => TrainAsync(progress: progress));
        Assert.Contains(_ended.Run.Root, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_ended.Run.Root));
    }

    [Fact]
    public async Task Open_MoreStepsDoneThanAskedFor_IsRefused()
    {
        await TinyRun.TrainAsync(Config, _ended.Run, stopAfter: 4);
        var fewer = Config with { Training = Config.Training with { Steps = 3 } };
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => TinyRun.TrainAsync(fewer, _ended.Run));
        Assert.Contains("has done 4 steps, more than the 3 of training.steps", error.Message, StringComparison.Ordinal);
    }

    // The run that an error ended goes on, and ends as one that nothing happened to.
    private async Task AssertGoesOn()
    {
        Assert.EndsWith($"step-{Last:D8}", Assert.Single(_ended.Run.CheckpointFolders()), StringComparison.Ordinal);
        Assert.Equal(Last, MetricsFile.Read(_ended.Run.MetricsFile).Count);
        await TinyRun.TrainAsync(Config, _ended.Run);
        await TinyRun.TrainAsync(Config, _whole.Run);
        Assert.Equal(
            MetricsFile.Read(_whole.Run.MetricsFile).Select(m => m.Loss), MetricsFile.Read(_ended.Run.MetricsFile).Select(m => m.Loss));
        RunAssert.EqualWeights(_whole.Run, _ended.Run);
    }

    private async Task<TrainingOutcome> TrainAsync(
        Func<ITrainingStage, ITrainingStage>? change = null, NoiseClips? clips = null, IProgress<TrainingProgress>? progress = null,
        Action<string>? told = null)
    {
        using var inner = TinyRun.Build(Config);
        var stage = change?.Invoke(inner) ?? inner;
        var trainer = new Trainer(Config, stage, clips ?? new NoiseClips(), _ended.Run)
        {
            Notices = new Listener(notice =>
            {
                _notices.Add(notice);
                told?.Invoke(notice);
            }),
        };
        return await trainer.RunAsync(progress, CancellationToken.None);
    }

    private static void FailNatively(bool now)
    {
        if (now) zeros(2).view(3).Dispose();
    }

    private sealed class Listener(Action<string> told) : IProgress<string>
    {
        public void Report(string value) => told(value);
    }

    /// <summary>A stage that fails where it is told to.</summary>
    private sealed class Failing(ITrainingStage inner) : ITrainingStage
    {
        private long _updates;

        public Action<long> Losses { get; init; } = _ => { };

        public Action<long> Updates { get; init; } = _ => { };

        public EncoderPredictorDecoder Student => inner.Student;

        public IReadOnlyDictionary<string, Tensor> ExtraState => inner.ExtraState;

        public LossParts ComputeLoss(StepInput input)
        {
            Losses(input.Step);
            return inner.ComputeLoss(input);
        }

        public void AfterUpdate()
        {
            Updates(_updates++);
            inner.AfterUpdate();
        }

        public void StateRestored() => inner.StateRestored();

        public void Dispose() => inner.Dispose();
    }
}
