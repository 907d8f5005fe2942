using System.Diagnostics;
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
    // Far more than are made before a rank is killed, also on a busy machine.
    private const int Steps = 60;

    [Fact]
    public async Task Train_RankKilled_EndsAllNamingItAndResumesToTheWeightsOfOneProcess()
    {
        var (one, two) = (new RunFolder(videos.Run("one-process")), new RunFolder(videos.Run("rank-killed")));
        var arguments = Train("stage1", "training.checkpoint_every=4");
        var whole = await Ivnext.RunAsync([.. arguments, "--out", one.Root]);
        Assert.True(whole.Code == 0, whole.Error);

        using (var process = Ivnext.Start([.. arguments, "--processes", "2", "--out", two.Root]))
        {
            Assert.True(process.WaitUntil(() => Lines(two) >= 5));
            KillRank(1, two);
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
        var arguments = Train("stage2", "training.checkpoint_every=0", "predictor_start=fresh", "teacher_momentum=0.9");
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
    public async Task Train_RanksStartedByHand_MeetAtTheAddressAndOnlyTheFirstWrites()
    {
        var run = new RunFolder(videos.Run("by-hand"));
        string[] arguments = [.. Train("stage1", "training.steps=2"), "--processes", "2", "--address", $"127.0.0.1:{FreePort()}", "--out"];
        var elsewhere = videos.Run("elsewhere");
        var second = Ivnext.RunAsync([.. arguments, elsewhere, "--rank", "1"]);
        var first = await Ivnext.RunAsync([.. arguments, run.Root, "--rank", "0"]);
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
        var first = Ivnext.RunAsync([.. arguments, "--rank", "0"]);
        var second = await Ivnext.RunAsync([.. arguments, "--rank", "1", "--set", "training.weight_decay=0.2"]);
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
        var plan = new ProcessPlan(3, 0, Address: null);
        var error = await Assert.ThrowsAsync<ProcessLostException>(
            () => ProcessTeam.OpenAsync(plan, ["no-such-command"], TinyRun.Training(1), default));
        Assert.Contains("of 3 processes is gone: it ended with code 2 before all had met", error.Message, StringComparison.Ordinal);
    }

    private string[] Train(string stage, params string[] set) =>
        ["train", stage, "--data", videos.Manifest, "--preset", "tiny", "--set", $"training.steps={Steps}", "training.batch_size=4",
            "training.accumulation=2", "training.warmup_steps=1", "training.log_every=1", .. set];

    private static int Lines(RunFolder run) => File.Exists(run.MetricsFile) ? MetricsFile.Read(run.MetricsFile).Count : 0;

    // The launcher's children are found by what they were told.
    private static void KillRank(int rank, RunFolder run)
    {
        var words = $"--rank\0{rank}\0";
        var id = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Single(name =>
                CommandOf(name!) is { } command && command.Contains(words, StringComparison.Ordinal)
                && command.Contains(run.Root + '\0', StringComparison.Ordinal));
        using var process = Process.GetProcessById(int.Parse(id!, CultureInfo.InvariantCulture));
        process.Kill();
    }

    private static string? CommandOf(string id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it has just ended, or is somebody else's
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
