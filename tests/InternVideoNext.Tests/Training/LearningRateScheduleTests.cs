using InternVideoNext.Recipes;
using InternVideoNext.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

public sealed class LearningRateScheduleTests(ITestOutputHelper console)
{
    private static readonly TrainingConfig Reference = TinyRun.Training(100) with
    {
        BatchSize = 256,
        BaseLearningRate = 1e-3,
        StartLearningRate = 1e-6,
        FinalLearningRate = 1e-5,
        WarmupSteps = 20,
    };

    [Fact]
    public void At_EveryStep_EqualsTheReferenceTable()
    {
        using var file = ReferenceFile.Open("misc");
        var expected = file["schedule.cosine_5ep_20it_warm1"].to(float64).data<double>().ToArray();
        Assert.Equal(100, expected.Length);
        var largest = Enumerable.Range(0, 100)
            .Max(step => Math.Abs(LearningRateSchedule.At(step, Reference) - expected[step]) / expected[step]);
        console.WriteLine($"largest relative difference {largest:g3}");
        Assert.InRange(largest, 0, 1e-6);
    }

    [Fact]
    public void At_FewerClips_ScalesEveryRate()
    {
        foreach (var step in (int[])[0, 7, 20, 60, 99])
        {
            var full = LearningRateSchedule.At(step, Reference);
            Assert.Equal(full / 8, LearningRateSchedule.At(step, Reference with { BatchSize = 32 }), full * 1e-12);
            Assert.Equal(full / 2, LearningRateSchedule.At(step, Reference with { BatchSize = 32, Accumulation = 4 }), full * 1e-12);
        }
    }

    [Fact]
    public void At_DecayOfAQuarter_HoldsThePeakUntilTheLastQuarterAfterWarmup()
    {
        var config = Reference with { DecayShare = 0.25 };
        // 80 steps after warm-up: the last 20 fall.
        Assert.All(
            Enumerable.Range(0, 20), step => Assert.Equal(LearningRateSchedule.At(step, Reference), LearningRateSchedule.At(step, config)));
        Assert.All(Enumerable.Range(20, 61), step => Assert.Equal(1e-3, LearningRateSchedule.At(step, config)));
        var falling = Enumerable.Range(80, 21).Select(step => LearningRateSchedule.At(step, config)).ToList();
        Assert.All(falling.Zip(falling.Skip(1)), pair => Assert.True(pair.First > pair.Second));
        Assert.Equal((1e-3 + 1e-5) / 2, falling[10], 1e-12);
        Assert.Equal(1e-5, falling[20], 1e-15);
        Assert.Equal(1e-5, LearningRateSchedule.At(150, config), 1e-15);
    }

    [Theory]
    [InlineData(100, 20)]
    [InlineData(97, 0)]
    [InlineData(7, 6)]
    [InlineData(4000, 200)]
    public void At_DecayOfAll_IsTheReleasedScriptsFormulaToTheBit(int steps, int warmup)
    {
        var config = Reference with { Steps = steps, WarmupSteps = warmup, DecayShare = 1 };
        for (var step = warmup; step <= steps; step++)
        {
            var progress = (double)(step - warmup) / (steps - warmup);
            Assert.Equal(1e-5 + (0.5 * (1e-3 - 1e-5) * (1 + Math.Cos(Math.PI * progress))), LearningRateSchedule.At(step, config));
        }
    }

    [Fact]
    public void At_OneWarmupStepOrNone_IsDefined()
    {
        Assert.Equal(1e-6, LearningRateSchedule.At(0, Reference with { WarmupSteps = 1 }), 1e-15);
        Assert.Equal(1e-3, LearningRateSchedule.At(1, Reference with { WarmupSteps = 1 }), 1e-12);
        Assert.Equal(1e-3, LearningRateSchedule.At(0, Reference with { WarmupSteps = 0 }), 1e-12);
    }
}
