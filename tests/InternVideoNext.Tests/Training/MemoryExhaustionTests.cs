using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Tests.Training.Parallel;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class MemoryExhaustionTests
{
    private static readonly RunConfig Config = TinyRun.Stage1 with
    {
        Training = TinyRun.Training(6) with { Recompute = new RecomputeConfig { Encoder = new(0, 1) } },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_WithoutMemoryInAStep_LeavesACheckpointToGoOnFrom(bool backward)
    {
        using var whole = new TemporaryRun();
        using var parts = new TemporaryRun();
        await TinyRun.TrainAsync(Config, whole.Run);
        using (var stage = new Exhausted(TinyRun.Build(Config), step: 3, backward))
        {
            var error = await Assert.ThrowsAsync<MemoryExhaustedException>(
                () => new Trainer(Config, stage, new NoiseClips(), parts.Run).RunAsync(null, CancellationToken.None));
            Assert.Contains("memory ran out on cpu in step 4", error.Message, StringComparison.Ordinal);
            Assert.Contains("step-00000003", error.Message, StringComparison.Ordinal);
            Assert.Contains("training.batch_size=2 with training.accumulation=2", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal(3, RunFolder.StepOf(parts.Run.CheckpointFolders()[0]));
        await TinyRun.TrainAsync(Config, parts.Run);
        RunAssert.Equal(whole.Run, parts.Run);
    }

    [Fact]
    public async Task Run_OneProcessOfTwoWithoutMemory_EndsBothWithACheckpoint()
    {
        using var folder = new TemporaryRun();
        var config = Config with { Training = Config.Training with { Accumulation = 2 } };
        var ranks = await Loopback.RunAsync(2, async group =>
        {
            using ITrainingStage built = TinyRun.Build(config);
            using var stage = group.Rank == 1 ? new Exhausted(built, step: 5, backward: false) : built;
            var trainer = new Trainer(config, stage, new NoiseClips(), folder.Run, probe: null, group);
            return await trainer.RunAsync(null, CancellationToken.None);
        });
        Assert.Equal((false, 2L), ((await ranks[0]).Finished, (await ranks[0]).Step));
        await Assert.ThrowsAsync<MemoryExhaustedException>(() => ranks[1]);
        Assert.Equal(2, RunFolder.StepOf(folder.Run.CheckpointFolders()[0]));
    }

    /// <summary>A stage that has no memory for one batch: for its loss, or for its backward pass within managed code.</summary>
    private sealed class Exhausted(ITrainingStage stage, long step, bool backward) : ITrainingStage
    {
        public EncoderPredictorDecoder Student => stage.Student;

        public IReadOnlyDictionary<string, Tensor> ExtraState => stage.ExtraState;

        public LossParts ComputeLoss(StepInput input)
        {
            var parts = stage.ComputeLoss(input);
            if (input.Step != step) return parts;
            if (!backward) Exhaust();
            var calls = 0;
            var total = new InternVideoNext.Modules.Recomputation().Run(
                (loss, _) => ++calls == 1 ? loss * 1 : Exhaust(), parts.Total, null);
            return parts with { Total = total };
        }

        public void AfterUpdate() => stage.AfterUpdate();

        public void StateRestored() => stage.StateRestored();

        public void Dispose() => stage.Dispose();

        // A million gigabytes.
        private static Tensor Exhaust() => empty(1L << 48, dtype: float32, device: CPU);
    }
}
