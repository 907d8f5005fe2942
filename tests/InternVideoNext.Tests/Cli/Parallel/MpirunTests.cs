using InternVideoNext.Runs;
using InternVideoNext.Tests.Training;
using Xunit.Abstractions;

namespace InternVideoNext.Tests.Cli.Parallel;

/// <summary>Training by processes that a launcher starts, as on a cluster.</summary>
[Collection(ShapesVideosGroup.Name)]
public sealed class MpirunTests(ShapesVideos videos, ITestOutputHelper console)
{
    [MpirunFact]
    public async Task Train_TwoProcesses_EqualThoseOfTheProgramAndOne()
    {
        var runs = new[] { "mpirun-one", "mpirun-two", "mpirun-tcp", "mpirun-mpi" }.Select(name => new RunFolder(videos.Run(name)))
            .ToList();
        var arguments = Train(steps: 4);
        await EndsWellAsync(Ivnext.Start([.. arguments, runs[0].Root]));
        await EndsWellAsync(Ivnext.Start([.. arguments, runs[1].Root, "--processes", "2"]));
        var tcp = await EndsWellAsync(Ivnext.Mpirun(2, [.. arguments, runs[2].Root]));
        Assert.Contains("2 processes, each with 4 of a step's 8 clips; gradients are added up over TCP.", tcp, StringComparison.Ordinal);
        // A sum of two has one order only.
        var mpi = await EndsWellAsync(Ivnext.Mpirun(2, [.. arguments, runs[3].Root, "--transport", "mpi"]));
        Assert.Contains("gradients are added up over MPI.", mpi, StringComparison.Ordinal);
        Assert.All(runs.Skip(1), run => RunAssert.Equal(runs[0], run));
    }

    [MpirunFact]
    public async Task Train_SignalBeforeTheTimeLimit_StopsAllWithACheckpointAndResumesToTheWeightsOfOneProcess()
    {
        var (one, two) = (new RunFolder(videos.Run("usr1-one")), new RunFolder(videos.Run("usr1-two")));
        // Far more than are made before the signal, also on a busy machine.
        string[] arguments = [.. Train(steps: 300), two.Root, "--resume"];
        await EndsWellAsync(Ivnext.Start([.. Train(steps: 300), one.Root]));
        using (var process = Ivnext.Mpirun(2, arguments))
        {
            Assert.True(process.WaitUntil(() => Lines(two) >= 3));
            Ivnext.Signal("USR1", process.Id); // mpirun passes it on, as srun does Slurm's
            var (code, output, error) = await process.EndAsync();
            console.WriteLine(output + error);
            Assert.Equal(1, code);
            Assert.Contains("Stopped early; nothing is lost.", output, StringComparison.Ordinal);
        }
        Assert.Equal($"step-{Lines(two):D8}", Path.GetFileName(Assert.Single(two.CheckpointFolders())));
        await EndsWellAsync(Ivnext.Mpirun(2, arguments));
        RunAssert.Equal(one, two);
    }

    [MpirunFact]
    public async Task Train_RankStoppedUnderMpi_EndsTheRunAtTheLimitNamingIt()
    {
        var run = new RunFolder(videos.Run("mpi-stopped"));
        using var process = Ivnext.Mpirun(
            2, [.. Train(steps: 100_000), run.Root, "--transport", "mpi", "--collective-timeout", "20"]);
        Assert.True(process.WaitUntil(() => Lines(run) >= 2));
        Ivnext.Signal("STOP", TrainingProcess.Find(run, "OMPI_COMM_WORLD_RANK=1\0"));
        var (code, _, error) = await process.EndAsync();
        console.WriteLine(error);
        Assert.NotEqual(0, code);
        Assert.Contains("ivnext: rank 1 of 2 processes is gone: nothing was heard of it for 20 s", error, StringComparison.Ordinal);
    }

    [MpirunFact]
    public async Task Quickstart_UnderALauncher_IsRefused()
    {
        using var process = Ivnext.Mpirun(2, ["quickstart", "--out", videos.Run("mpirun-quickstart")]);
        var (code, _, error) = await process.EndAsync();
        Assert.Equal(2, code);
        Assert.Contains("mpirun started 2 processes, but quickstart is the work of one", error, StringComparison.Ordinal);
    }

    private static async Task<string> EndsWellAsync(Ivnext process)
    {
        using (process)
        {
            var (code, output, error) = await process.EndAsync();
            Assert.True(code == 0, output + error);
            return output;
        }
    }

    private static int Lines(RunFolder run) => File.Exists(run.MetricsFile) ? MetricsFile.Read(run.MetricsFile).Count : 0;

    private string[] Train(int steps) =>
        ["train", "stage1", "--data", videos.Manifest, "--preset", "tiny", "--set", $"training.steps={steps}", "training.batch_size=4",
            "training.accumulation=2", "training.warmup_steps=1", "training.log_every=1", "--out"];
}
