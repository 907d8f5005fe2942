using System.Globalization;
using System.Net;
using System.Net.Sockets;
using InternVideoNext.Cli.Parallel;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using InternVideoNext.Training.Parallel;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Cli.Parallel;

/// <summary>Training by several processes of the command line.</summary>
[Collection(ShapesVideosGroup.Name)]
public sealed class ProcessesTests(ShapesVideos videos, ITestOutputHelper console)
{
    // Runs that are ended from outside take many more, so that a quick machine is not done before.
    private const int Steps = 60;

    [Fact]
    public async Task Train_RankKilled_EndsAllNamingItAndResumesToTheWeightsOfOneProcess()
    {
        var (one, two) = (new RunFolder(videos.Run("one-process")), new RunFolder(videos.Run("rank-killed")));
        var arguments = Train("stage1", "training.steps=200", "training.checkpoint_every=4");
        var whole = await Ivnext.RunAsync([.. arguments, "--out", one.Root]);
        Assert.True(whole.Code == 0, whole.Error);

        using (var process = Ivnext.Start([.. arguments, "--processes", "2", "--out", two.Root]))
        {
            Assert.True(process.WaitUntil(() => Lines(two) >= 5));
            Ivnext.Signal("KILL", TrainingProcess.Find(two, "--rank\01\0"));
            var (code, _, error) = await process.EndAsync();
            console.WriteLine(error);
            Assert.Equal(1, code);
            Assert.Contains("steps are saved in", error, StringComparison.Ordinal);
            Assert.Contains("ivnext: rank 1 of 2 processes is gone", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
        // Whole steps are kept, whoever is lost.
        Assert.EndsWith($"step-{Lines(two):D8}", two.CheckpointFolders()[0], StringComparison.Ordinal);
        RunAssert.NoHalfWrittenCheckpoint(two);
        var rest = await Ivnext.RunAsync([.. arguments, "--processes", "2", "--out", two.Root, "--resume"]);
        Assert.True(rest.Code == 0, rest.Error);
        console.WriteLine(rest.Output);
        Assert.Contains(
            "2 processes, each with 4 of a step's 8 clips; gradients are added up over TCP.", rest.Output, StringComparison.Ordinal);
        RunAssert.Equal(one, two);
    }

    [Fact]
    public async Task Train_MovingTeacherInterrupted_StopsAllWithACheckpointAndGoesOnInOneProcess()
    {
        var (one, two) = (new RunFolder(videos.Run("stage2-one-process")), new RunFolder(videos.Run("stage2-interrupted")));
        var arguments = Train(
            "stage2", "training.steps=400", "training.checkpoint_every=0", "predictor_start=fresh", "teacher_momentum=0.9");
        var whole = await Ivnext.RunAsync([.. arguments, "--out", one.Root]);
        Assert.True(whole.Code == 0, whole.Error);

        using (var process = Ivnext.Start([.. arguments, "--processes", "2", "--out", two.Root]))
        {
            Assert.True(process.WaitUntil(() => Lines(two) >= 3));
            process.Interrupt();
            var (code, output, error) = await process.EndAsync();
            Assert.Equal((1, ""), (code, error.Trim()));
            Assert.Contains("--processes 2", output[output.IndexOf("Go on with:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }
        Assert.Equal($"step-{Lines(two):D8}", Path.GetFileName(Assert.Single(two.CheckpointFolders())));
        var rest = await Ivnext.RunAsync([.. arguments, "--out", two.Root, "--resume"]);
        Assert.True(rest.Code == 0, rest.Error);
        RunAssert.Equal(one, two);
    }

    [Fact]
    public async Task Train_RankStopped_EndsTheRunAtTheLimitNamingIt()
    {
        var run = new RunFolder(videos.Run("rank-stopped"));
        // The limit is far above what a rank takes for a step on a busy machine.
        using var process = Ivnext.Start(
            [.. Train("stage1", "training.steps=100000"), "--processes", "2", "--collective-timeout", "20", "--out", run.Root]);
        Assert.True(process.WaitUntil(() => Lines(run) >= 2));
        var rank = TrainingProcess.Find(run, "--rank\01\0");
        Ivnext.Signal("STOP", rank);
        var (code, _, error) = await process.EndAsync();
        console.WriteLine(error);
        Assert.Equal(1, code);
        Assert.Contains("ivnext: rank 1 of 2 processes is gone: nothing was heard of it for 20 s", error, StringComparison.Ordinal);
        Assert.False(TrainingProcess.Exists(rank));
    }

    [Fact]
    public async Task Train_SecondCtrlCWhileARankIsStopped_EndsAtOnce()
    {
        var run = new RunFolder(videos.Run("second-ctrl-c"));
        using var process = Ivnext.Start([.. Train("stage1", "training.steps=100000"), "--processes", "2", "--out", run.Root]);
        Assert.True(process.WaitUntil(() => Lines(run) >= 2));
        var rank = TrainingProcess.Find(run, "--rank\01\0");
        try
        {
            Ivnext.Signal("STOP", rank);
            process.Interrupt();
            Assert.True(process.WaitUntil(
                () => process.Error.Contains("told to stop, but still waiting for rank 1", StringComparison.Ordinal)));
            process.Interrupt();
            Assert.False(process.WaitUntil(() => false), "it goes on");
        }
        finally
        {
            // It holds the output open, unless it has ended by itself.
            using var kill = System.Diagnostics.Process.Start("kill", ["-KILL", $"{rank}"]);
            await kill.WaitForExitAsync();
        }
        Assert.Equal(130, (await process.EndAsync()).Code);
    }

    [Fact]
    public async Task Train_RanksOfATorchrunStyleLauncher_EqualOneProcess()
    {
        var (one, two) = (new RunFolder(videos.Run("torchrun-one")), new RunFolder(videos.Run("torchrun-two")));
        var arguments = Train("stage1", "training.steps=3");
        var whole = await Ivnext.RunAsync([.. arguments, "--out", one.Root]);
        Assert.True(whole.Code == 0, whole.Error);
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        using var first = Start(0);
        using var second = Start(1);
        foreach (var process in (Ivnext[])[first, second])
        {
            var (code, _, error) = await process.EndAsync();
            Assert.True(code == 0, error);
        }
        RunAssert.Equal(one, two);

        Ivnext Start(int rank) => Ivnext.Start([.. arguments, "--out", two.Root], new Dictionary<string, string>
        {
            ["RANK"] = rank.ToString(CultureInfo.InvariantCulture),
            ["WORLD_SIZE"] = "2",
            ["LOCAL_RANK"] = rank.ToString(CultureInfo.InvariantCulture),
            ["MASTER_ADDR"] = "127.0.0.1",
            ["MASTER_PORT"] = port,
        });
    }

    [Fact]
    public async Task Train_RanksStartedByHand_MeetAtTheAddressAndOnlyTheFirstWrites()
    {
        var run = new RunFolder(videos.Run("by-hand"));
        string[] arguments = [.. Train("stage1", "training.steps=2"), "--processes", "2", "--address", $"127.0.0.1:{FreePort()}", "--out"];
        var elsewhere = videos.Run("elsewhere");
        var second = RunWithTokenAsync([.. arguments, elsewhere, "--rank", "1"]);
        var first = await RunWithTokenAsync([.. arguments, run.Root, "--rank", "0"]);
        Assert.True(first.Code == 0, first.Error);
        var (code, output, error) = await second;
        Assert.Equal((0, "", ""), (code, output.Trim(), error.Trim()));
        Assert.Equal(2, Lines(run));
        Assert.Equal(["index"], Directory.EnumerateFileSystemEntries(elsewhere).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Train_RankWithAnotherConfiguration_EndsBothBeforeAnythingIsWritten()
    {
        var run = videos.Run("differs");
        string[] arguments = [
            .. Train("stage1", "training.steps=2"), "--processes", "2", "--address", $"127.0.0.1:{FreePort()}", "--out", run];
        var first = RunWithTokenAsync([.. arguments, "--rank", "0"]);
        var second = await RunWithTokenAsync([.. arguments, "--rank", "1", "--set", "training.weight_decay=0.2"]);
        foreach (var (code, _, error) in (ValueTuple<int, string, string>[])[await first, second])
        {
            Assert.Equal(2, code);
            Assert.Contains("rank 1 was given another configuration than rank 0:", error, StringComparison.Ordinal);
            Assert.Contains("training.weight_decay: 0.05 -> 0.2", error, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(Path.Combine(run, "metrics.jsonl")));
    }

    [Fact]
    public async Task OpenAsync_ProcessThatEndsBeforeAllHaveMet_SaysSo()
    {
        var plan = new ProcessPlan(3, 0);
        var error = await Assert.ThrowsAsync<ProcessLostException>(
            () => ProcessTeam.OpenAsync(plan, ["no-such-command"], TinyRun.Training(1), default));
        Assert.Contains("of 3 processes is gone: it ended with code 2 before all had met", error.Message, StringComparison.Ordinal);
    }

    private string[] Train(string stage, params string[] set) =>
        ["train", stage, "--data", videos.Manifest, "--preset", "tiny", "--set", $"training.steps={Steps}", "training.batch_size=4",
            "training.accumulation=2", "training.warmup_steps=1", "training.log_every=1", .. set];

    private static int Lines(RunFolder run) => File.Exists(run.MetricsFile) ? MetricsFile.Read(run.MetricsFile).Count : 0;

    private static async Task<(int Code, string Output, string Error)> RunWithTokenAsync(IEnumerable<string> arguments)
    {
        using var process = Ivnext.Start(
            arguments, new Dictionary<string, string> { [MeetingPlace.TokenVariable] = "a token for this test" });
        return await process.EndAsync();
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
