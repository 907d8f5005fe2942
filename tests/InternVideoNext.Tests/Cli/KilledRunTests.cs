using System.Globalization;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Cli;

/// <summary>
/// Training processes killed by SIGKILL, in the middle of a checkpoint too, then continued: equal bit for bit to one that was
/// left alone. <c>IVNEXT_TEST_KILLS=N</c> kills each stage N times instead of a few.
/// </summary>
[Collection(ShapesVideosGroup.Name)]
public sealed class KilledRunTests(ShapesVideos videos, ITestOutputHelper console)
{
    // A run is far longer than the stretches between its kills: a test that is late, on a busy machine, still finds it running.
    private const int StepsAKill = 20, CheckpointEvery = 2;

    [Theory]
    [InlineData("stage1", 5)]
    [InlineData("stage2", 5, "predictor_start=fresh", "teacher_momentum=0.9")]
    public async Task Train_KilledAtRandomMoments_EqualsUninterrupted(string stage, int few, params string[] set)
    {
        var kills = int.TryParse(
            Environment.GetEnvironmentVariable("IVNEXT_TEST_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var asked) ? asked : few;
        string[] arguments =
        [
            "train", stage, "--data", videos.Manifest, "--preset", "tiny", "--set", $"training.steps={StepsAKill * (kills + 1)}",
                "training.batch_size=4",
            $"training.checkpoint_every={CheckpointEvery}", "training.log_every=1", "training.warmup_steps=3", .. set, "--resume", "--out",
        ];
        var (whole, killed) = (new RunFolder(videos.Run($"{stage}-whole")), new RunFolder(videos.Run($"{stage}-killed")));
        var undisturbed = await Ivnext.RunAsync([.. arguments, whole.Root]);
        Assert.True(undisturbed.Code == 0, undisturbed.Error);

        // The moments are drawn by the clock: each run of this test tries others.
        var (random, inCheckpoint) = (new Random(), 0);
        for (var kill = 1; kill <= kills; kill++)
        {
            using var process = Ivnext.Start([.. arguments, killed.Root]);
            var reach = Lines(killed) + random.Next(1, 3 * CheckpointEvery);
            var early = !process.WaitUntil(() => Lines(killed) >= reach);
            if (kill % 2 == 1) early |= !process.WaitUntil(() => Unfinished(killed).Length > 0);
            else await Task.Delay(random.Next(60));
            process.Kill();
            var unfinished = Unfinished(killed);
            inCheckpoint += unfinished.Length > 0 ? 1 : 0;
            Assert.False(early, "the run ended before it could be killed");
            console.WriteLine(
                $"kill {kill}: {Lines(killed)} steps logged, newest checkpoint "
                + $"{Path.GetFileName(killed.CheckpointFolders().FirstOrDefault())}, unfinished "
                + $"{string.Join(' ', unfinished.Select(Path.GetFileName))}");
            RunAssert.NoHalfWrittenCheckpoint(killed);
        }
        console.WriteLine($"{kills} kills, {inCheckpoint} of them in the middle of a checkpoint");

        var last = await Ivnext.RunAsync([.. arguments, killed.Root]);
        Assert.True(last.Code == 0, last.Error);
        Assert.DoesNotContain("damaged", last.Error, StringComparison.Ordinal);
        RunAssert.Equal(whole, killed);
        Assert.Empty(Unfinished(killed));
    }

    private static int Lines(RunFolder run) => File.Exists(run.MetricsFile) ? MetricsFile.Read(run.MetricsFile).Count : 0;

    private static string[] Unfinished(RunFolder run)
    {
        var checkpoints = Path.Combine(run.Root, "checkpoints");
        return Directory.Exists(checkpoints) ? Directory.GetDirectories(checkpoints, ".*") : [];
    }
}
