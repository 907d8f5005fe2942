using System.Runtime.CompilerServices;
using InternVideoNext.Data;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Tests.Cli;
using InternVideoNext.Training;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

[Collection(ShapesVideosGroup.Name)]
public sealed class QuickProbeTests(ShapesVideos videos, ITestOutputHelper console)
{
    private static readonly TrainingConfig Short = TinyRun.Training(6) with { WarmupSteps = 1, CheckpointEvery = 4, LogEvery = 2 };

    [Fact]
    public async Task Run_Probed_TrainsTheSameWeightsToTheBit()
    {
        using var plain = new TemporaryRun();
        using var probed = new TemporaryRun();
        var config = TinyRun.Stage1 with { Training = Short };
        await TrainAsync(config, plain.Run, stopAfter: null);
        var often = config with { Training = Short with { ProbeEvery = 3 } };
        await TrainAsync(often, probed.Run, stopAfter: 4);
        await TrainAsync(often, probed.Run, stopAfter: null);

        var (a, b) = (MetricsFile.Read(plain.Run.MetricsFile), MetricsFile.Read(probed.Run.MetricsFile));
        Assert.Equal(a.Select(m => (m.Step, m.Loss, m.GradientNorm)), b.Select(m => (m.Step, m.Loss, m.GradientNorm)));
        RunAssert.EqualWeights(plain.Run, probed.Run);
        Assert.All(a, m => Assert.Null(m.Probe));
        Assert.All(b, m => Assert.Equal(m.Step % 3 == 0, m.Probe is not null));
        Assert.Equal(["colour", "parity"], b[2].Probe!.Keys.Order());
    }

    [Fact]
    public async Task MeasureAsync_ClipsThatDifferByOneLabel_FindsItAndNotTheOther()
    {
        using var stage = TinyRun.Build(TinyRun.Stage1 with { Training = Short });
        var probe = new QuickProbe(new ColouredClips(), ColouredClips.Manifest);
        var accuracy = await probe.MeasureAsync(stage.Student.Encoder, CancellationToken.None);
        console.WriteLine(string.Join(", ", accuracy));
        Assert.Equal(1, accuracy["colour"]);
        Assert.InRange(accuracy["parity"], 0, 0.9);
        Assert.False(accuracy.ContainsKey("nobody has it"));
    }

    [Fact]
    public void Choose_LabelledClips_TakesValidationThenTrainEvenlySpacedAndNeverTest()
    {
        var labels = new Dictionary<string, int> { ["colour"] = 0 };
        var entries = Enumerable.Range(0, 100).Select(i => new ManifestEntry
        {
            Id = $"{i}",
            Path = $"{i}.mp4",
            Split = i < 10 ? "validation" : i < 70 ? "train" : "test",
            Labels = i == 3 ? new Dictionary<string, int>() : labels,
        });
        var chosen = QuickProbe.Choose(new Manifest { Name = "many", Entries = [.. entries] }, 15);
        Assert.Equal(
            [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60],
            chosen.Entries.Select(e => int.Parse(e.Id, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Train_ProbeEvery_LogsBothTasksOfTheShapesWorld_AndRefusesUnlabelledData()
    {
        var run = new RunFolder(videos.Run("probed"));
        string[] arguments = [
            "--preset", "tiny", "--set", "training.steps=2", "training.batch_size=4", "training.probe_every=1", "training.warmup_steps=0",
            "--out"];
        Assert.Equal(0, (await Ivnext.CallAsync(["train", "stage1", "--data", videos.Manifest, .. arguments, run.Root])).Code);
        Assert.All(MetricsFile.Read(run.MetricsFile), m => Assert.Equal(["appearance", "motion"], m.Probe!.Keys.Order()));

        var (code, _, error) = await Ivnext.CallAsync(
            ["train", "stage1", "--data", Path.GetDirectoryName(videos.Manifest)!, .. arguments, videos.Run("unlabelled")]);
        Assert.Equal(2, code);
        Assert.Contains("training.probe_every is 1, but", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(videos.Run("unlabelled")));
    }

    private static async Task TrainAsync(RunConfig config, RunFolder folder, long? stopAfter)
    {
        using var stage = TinyRun.Build(config);
        using var stop = new CancellationTokenSource();
        var progress = new TinyRun.Watcher(p => { if (p.Metrics.Step == stopAfter) stop.Cancel(); });
        await new Trainer(config, stage, new NoiseClips(), folder, new QuickProbe(new ColouredClips(), ColouredClips.Manifest))
            .RunAsync(progress, stop.Token);
    }

    // Forty clips of one of two brightnesses, with a little noise; parity says nothing about the picture.
    private sealed class ColouredClips : IClipSource
    {
        private static readonly string[] Classes = ["0", "1"];

        public static Manifest Manifest { get; } = new()
        {
            Name = "coloured",
            Labels = new Dictionary<string, IReadOnlyList<string>>
            { ["colour"] = Classes, ["parity"] = Classes, ["nobody has it"] = Classes },
            Entries = [.. Enumerable.Range(0, 40).Select(i => new ManifestEntry
            {
                Id = $"{i}",
                Path = $"{i}.mp4",
                Labels = new Dictionary<string, int> { ["colour"] = i / 3 % 2, ["parity"] = i * 7 / 5 % 2 },
            })],
        };

        public int Count => Manifest.Entries.Count;

        public IAsyncEnumerable<ClipBatch> ReadTraining(
            int batchSize, ulong seed, IEnumerable<long> batches, CancellationToken cancellation) => throw new NotSupportedException();

        public async IAsyncEnumerable<ClipBatch> ReadOnce(int batchSize, [EnumeratorCancellation] CancellationToken cancellation)
        {
            await Task.CompletedTask;
            foreach (var chunk in Enumerable.Range(0, Count).Chunk(batchSize))
            {
                using var generator = new Generator((ulong)chunk[0]);
                var video = randn([chunk.Length, 3, 2, 16, 16], generator: generator).mul_(0.1).DetachFromDisposeScope();
                for (var i = 0; i < chunk.Length; i++) video.narrow(0, i, 1).add_(chunk[i] / 3 % 2 == 0 ? -1 : 1);
                yield return new ClipBatch(video, chunk);
            }
        }
    }
}
