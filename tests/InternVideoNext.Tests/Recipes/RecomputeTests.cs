using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Modules;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Recipes;

public sealed class RecomputeTests(ITestOutputHelper console)
{
    // A small rate: with large steps a difference in the last bit, which depends on the processor, soon becomes any difference.
    private static readonly TrainingConfig Short = TinyRun.Training(
        5) with
    { WarmupSteps = 1, CheckpointEvery = 2, BaseLearningRate = 1e-3 };

    private static readonly RecomputeConfig Everything = new() { Encoder = new BlockRange(0, 1), Predictor = new BlockRange(0, 0) };

    [Theory]
    [InlineData("stage1", Precision.Float32, false, 1e-6)]
    [InlineData("stage1", Precision.Bfloat16, true, 1.0 / 256)] // one unit of bfloat16's last place
    [InlineData("stage2", Precision.Float32, true, 1e-6)]
    public async Task Run_Recomputed_EqualsKeptUpToTheOrderOfSums_AndResumesBitForBit(
        string name, Precision precision, bool modernBert, double tolerance)
    {
        var training = Short with { Precision = precision };
        RunConfig config = name == "stage1" ? TinyRun.Stage1 : TinyRun.Stage2;
        if (modernBert)
            config = config with
            {
                Model = config.Model with
                {
                    Predictor = new ModernBertPredictorConfig
                    {
                        Width = 24,
                        Heads = 2,
                        Intermediate = 32,
                        LayerIds = [3, 4],
                        LocalAttention = 8
                    }
                }
            };
        using var kept = new TemporaryRun();
        using var recomputed = new TemporaryRun();
        using var parts = new TemporaryRun();
        await TinyRun.TrainAsync(config with { Training = training }, kept.Run);
        var again = config with
        {
            Training = training with
            {
                Recompute = Everything with
                {
                    Predictor = new BlockRange(
            0, modernBert ? 1 : 0)
                }
            }
        };
        await TinyRun.TrainAsync(again, recomputed.Run);
        await TinyRun.TrainAsync(again, parts.Run, stopAfter: 3);
        await TinyRun.TrainAsync(again, parts.Run);

        RunAssert.Equal(recomputed.Run, parts.Run);
        foreach (var (a, b) in MetricsFile.Read(kept.Run.MetricsFile).Zip(MetricsFile.Read(recomputed.Run.MetricsFile)))
        {
            console.WriteLine($"{a.Step}: loss {a.Loss} {b.Loss}, norm {a.GradientNorm} {b.GradientNorm}");
            Assert.Equal(a.Loss!.Value, b.Loss!.Value, tolerance * a.Loss.Value);
            Assert.Equal(a.GradientNorm!.Value, b.GradientNorm!.Value, tolerance * a.GradientNorm.Value);
        }
        // The first forward pass has nothing to add in another order.
        Assert.Equal(MetricsFile.Read(kept.Run.MetricsFile)[0].Loss, MetricsFile.Read(recomputed.Run.MetricsFile)[0].Loss);
    }

    [Theory]
    [InlineData("0-2", null, "training.recompute: encoder = 0-2 must lie in 0-1 (model.encoder.depth is 2)")]
    [InlineData(null, "1-1", "training.recompute: predictor = 1-1 must lie in 0-0")]
    [InlineData("1-0", null, "training.recompute.encoder: a range of blocks is written")]
    [InlineData("3", null, "training.recompute.encoder: a range of blocks is written")]
    public void Override_RangeThatDoesNotFit_SaysSo(string? encoder, string? predictor, string message)
    {
        string[] set = encoder is not null ? [$"training.recompute.encoder={encoder}"] : [$"training.recompute.predictor={predictor}"];
        var error = Assert.Throws<ConfigurationException>(() => ConfigJson.Override(TinyRun.Stage1, set));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Override_Range_IsReadAndWritten()
    {
        var config = ConfigJson.Override(TinyRun.Stage1, ["training.recompute.encoder=0-1"]);
        Assert.Equal(new BlockRange(0, 1), config.Training.Recompute.Encoder);
        Assert.Contains("\"encoder\": \"0-1\"", ConfigJson.Write(config), StringComparison.Ordinal);
    }
}
