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
    /// Whatever other threads compute with meanwhile, and whichever of them hand over the batches: one that has a number of its own does,
    /// and others that begin to compute set the process's anew all the time.
    /// </summary>
    [Theory]
    [InlineData("stage1", true)]
    [InlineData("stage2", true)]
    [InlineData("stage1", false)]
    public async Task Run_Twice_AgreesToTheBitWhateverOtherThreadsSet(string stage, bool deterministic)
    {
        var ofProcess = ComputeThread.Run(0, get_num_threads);
        var training = TinyRun.Training(4) with { WarmupSteps = 1, Deterministic = deterministic, Threads = deterministic ? 2 : 0 };
        RunConfig config = stage == "stage1" ? TinyRun.Stage1 with { Training = training } : TinyRun.Stage2 with { Training = training };
        using var one = new TemporaryRun();
        using var two = new TemporaryRun();
        var seen = new[] { await TrainAsync(config, one.Run, threads: 1), await TrainAsync(config, two.Run, threads: 3) };
        Assert.All(seen, steps => Assert.Equal(Enumerable.Repeat((deterministic ? 2 : ofProcess, deterministic), 4), steps));
        RunAssert.Equal(one.Run, two.Run);
        set_num_threads(ofProcess); // for the tests to come
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
        using var stage = TinyRun.Build(config);
        var watch = new TinyRun.Watcher(_ => seen.Add((get_num_threads(), DeterministicAlgorithms.Enabled)));
        var clips = new NoiseClips { Before = (_, _) => GoOnInThreadOf(threads) };
        using var done = new CancellationTokenSource();
        var others = Task.Run(() => ComputeInNewThreads(done.Token));
        await new Trainer(config, stage, clips, folder).RunAsync(watch, CancellationToken.None);
        await done.CancelAsync();
        await others;
        Assert.False(DeterministicAlgorithms.Enabled);
        return seen;
    }

    // What awaits this goes on in a new thread that has this number.
    private static Task GoOnInThreadOf(int threads)
    {
        var here = new TaskCompletionSource();
        new Thread(() =>
        {
            set_num_threads(threads);
            here.SetResult();
        }).Start();
        return here.Task;
    }

    private static void ComputeInNewThreads(CancellationToken done)
    {
        for (var threads = 1; !done.IsCancellationRequested; threads = (threads % 4) + 1)
        {
            var other = new Thread(() =>
            {
                set_num_threads(threads);
                ones(100, 100).sum().Dispose();
            });
            other.Start();
            other.Join();
        }
    }
}
