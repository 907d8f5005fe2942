using InternVideoNext.Configuration;
using InternVideoNext.Native;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>Tests that change settings of the whole process: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcessGroup
{
    public const string Name = "whole process";
}

[Collection(WholeProcessGroup.Name)]
public sealed class DeterministicModeTests
{
    [Theory]
    [InlineData("stage1")]
    [InlineData("stage2")]
    public async Task Run_TwiceDeterministic_AgreesToTheBitWhateverTheProcessWasSetTo(string stage)
    {
        var training = TinyRun.Training(4) with { WarmupSteps = 1, Deterministic = true, Threads = 2 };
        RunConfig config = stage == "stage1" ? TinyRun.Stage1 with { Training = training } : TinyRun.Stage2 with { Training = training };
        var before = get_num_threads();
        using var one = new TemporaryRun();
        using var two = new TemporaryRun();
        try
        {
            foreach (var (threads, folder) in ((int, RunFolder)[])[(1, one.Run), (3, two.Run)])
            {
                set_num_threads(threads);
                await TrainAsync(config, folder);
                Assert.Equal((threads, false), (get_num_threads(), DeterministicAlgorithms.Enabled));
            }
        }
        finally
        {
            set_num_threads(before);
        }
        RunAssert.Equal(one.Run, two.Run);
    }

    /// <summary>The number of threads is each thread's own: one that has computed before keeps its old one, and a run goes on in any of them.</summary>
    [Fact]
    public async Task Run_GoesOnInThreadsThatComputedWithAnotherNumber_KeepsItsOwn()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(3);
            using var together = new Barrier(8);
            await Task.WhenAll(Enumerable.Range(0, together.ParticipantCount).Select(_ => Task.Run(() =>
            {
                together.SignalAndWait();
                return get_num_threads();
            })));
            using var run = new TemporaryRun();
            await TrainAsync(TinyRun.Stage1 with { Training = TinyRun.Training(4) with { WarmupSteps = 1, Deterministic = true, Threads = 2 } }, run.Run, new NoiseClips { Before = (_, stop) => Task.Run(() => { }, stop) });
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Override_DeterministicWithoutThreads_IsRefused()
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigJson.Override(TinyRun.Stage1, ["training.deterministic=true"]));
        Assert.Contains("deterministic is true, but threads is 0", error.Message, StringComparison.Ordinal);
    }

    private static async Task TrainAsync(RunConfig config, RunFolder folder, NoiseClips? clips = null)
    {
        var seen = new List<(int, bool)>();
        using var stage = TinyRun.Build(config);
        var watch = new TinyRun.Watcher(_ => seen.Add((get_num_threads(), DeterministicAlgorithms.Enabled)));
        await new Trainer(config, stage, clips ?? new NoiseClips(), folder).RunAsync(watch, CancellationToken.None);
        Assert.Equal(Enumerable.Repeat((2, true), 4), seen);
    }
}
