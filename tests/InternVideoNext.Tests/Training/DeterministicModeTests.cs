using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
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
    /// <summary>
    /// The number of threads is each thread's own, and after waiting for data a run goes on in whichever is free: here in
    /// one that has computed with another number before.
    /// </summary>
    [Theory]
    [InlineData("stage1", true)]
    [InlineData("stage2", true)]
    [InlineData("stage1", false)]
    public async Task Run_Twice_AgreesToTheBitWhateverItsThreadsWereSetTo(string stage, bool deterministic)
    {
        var training = TinyRun.Training(4) with { WarmupSteps = 1, Deterministic = deterministic, Threads = deterministic ? 2 : 0 };
        RunConfig config = stage == "stage1" ? TinyRun.Stage1 with { Training = training } : TinyRun.Stage2 with { Training = training };
        using var one = new TemporaryRun();
        using var two = new TemporaryRun();
        var seen = new[] { await TrainAsync(config, one.Run, threads: 1), await TrainAsync(config, two.Run, threads: 3) };
        var taken = deterministic ? 2 : ThreadsHeld.OfProcess;
        Assert.All(seen, steps => Assert.Equal(Enumerable.Repeat((taken, deterministic), 4), steps));
        RunAssert.Equal(one.Run, two.Run);
    }

    [Fact]
    public void Override_DeterministicWithoutThreads_IsRefused()
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigJson.Override(TinyRun.Stage1, ["training.deterministic=true"]));
        Assert.Contains("deterministic is true, but threads is 0", error.Message, StringComparison.Ordinal);
    }

    private static async Task<List<(int Threads, bool Deterministic)>> TrainAsync(RunConfig config, RunFolder folder, int threads)
    {
        var seen = new List<(int Threads, bool Deterministic)>();
        var after = new List<int>();
        using var stage = TinyRun.Build(config);
        var watch = new TinyRun.Watcher(_ => seen.Add((get_num_threads(), DeterministicAlgorithms.Enabled)));
        var clips = new NoiseClips { Before = (_, _) => GoOnInThreadOf(threads, after) };
        await new Trainer(config, stage, clips, folder).RunAsync(watch, CancellationToken.None);
        Assert.All(after, count => Assert.Equal(threads, count));
        Assert.False(DeterministicAlgorithms.Enabled);
        return seen;
    }

    // What awaits this goes on in a new thread that computes with so many; other threads keep theirs.
    private static Task GoOnInThreadOf(int threads, List<int> after)
    {
        var here = new TaskCompletionSource();
        new Thread(() =>
        {
            using var held = new ThreadsHeld(threads);
            here.SetResult();
            lock (after) after.Add(get_num_threads());
        }).Start();
        return here.Task;
    }
}
