using System.Globalization;
using System.Reflection;
using System.Text.Json;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Description;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.PackageTests;

/// <summary>Blocks of an assembly that knows the packages' public members alone.</summary>
public sealed class ForeignBlockTests : IDisposable
{
    private const int Steps = 5, StopAfter = 2;
    private static readonly Stage1Config Own = WithSteps(Presets.Stage1("tiny"));
    private readonly string _folder = Directory.CreateTempSubdirectory("ivnext-packed-").FullName;

    static ForeignBlockTests()
    {
        ConfigKinds.Register<SharedMaskingConfig>("shared");
        ConfigKinds.Register<MapPredictorConfig>("map");
        ConfigKinds.Register<MedianDecoderConfig>("median");
        ConfigKinds.Register<ColourTeacherConfig>("colours");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Libraries_AreThePackedOnes()
    {
        var packed = typeof(ForeignBlockTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "PackedVersion").Value!;
        using var dependencies = JsonDocument.Parse(
            File.ReadAllText(Path.ChangeExtension(typeof(ForeignBlockTests).Assembly.Location, ".deps.json")));
        var ours = dependencies.RootElement.GetProperty("libraries").EnumerateObject().Where(library =>
            library.Name.StartsWith("InternVideoNext", StringComparison.Ordinal)
            && !library.Name.StartsWith("InternVideoNext.PackageTests", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [$"InternVideoNext.Lab/{packed}", $"InternVideoNext/{packed}"],
            ours.Select(library => library.Name).Order(StringComparer.Ordinal));
        Assert.All(ours, library => Assert.Equal("package", library.Value.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("mask")]
    [InlineData("predictor")]
    [InlineData("decoder")]
    [InlineData("teacher")]
    public async Task Block_OfOnesOwn_TrainsResumesProbesAndDescribes(string block)
    {
        var config = With(block);
        var (whole, parts) = (new RunFolder(Path.Combine(_folder, "whole")), new RunFolder(Path.Combine(_folder, "parts")));
        Assert.True((await TrainAsync(config, whole, stopAfter: null)).Finished);
        var stopped = await TrainAsync(config, parts, StopAfter);
        Assert.Equal((false, (long)StopAfter), (stopped.Finished, stopped.Step));
        Assert.Equal(Steps, (await TrainAsync(config, parts, stopAfter: null)).Step);
        Assert.Equal(Losses(whole), Losses(parts));
        foreach (var name in new[] { "model.safetensors", "optimizer.safetensors", "config.json" })
            Assert.Equal(File.ReadAllBytes(Newest(whole, name)), File.ReadAllBytes(Newest(parts, name)));

        Assert.Empty(ConfigDifference.Paths(config, parts.ReadConfig()!));
        using var model = ModelCheckpoint.Open(parts.Root, CPU);
        Assert.Equal(model.parameters().Sum(p => p.numel()), ModelDescription.Of(config).Student.Parameters);
        Assert.InRange(await ProbeAsync(model.Encoder), 0, 1);
    }

    private static Stage1Config With(string block)
    {
        var encoder = Own.Model.Encoder;
        return block switch
        {
            "mask" => Own with { Masking = new SharedMaskingConfig { Hidden = 0.75 } },
            "predictor" => Own with { Model = Own.Model with { Predictor = new MapPredictorConfig { Channels = encoder.Width } } },
            "decoder" => Own with { Model = Own.Model with { Decoder = new MedianDecoderConfig() } },
            _ => Own with
            {
                Model = Own.Model with { Alignment = Own.Model.Alignment! with { TeacherWidth = 3 } },
                Teacher = new ColourTeacherConfig { Side = encoder.Grid.Height },
            },
        };
    }

    private static Stage1Config WithSteps(Stage1Config config) => config with
    {
        Training = config.Training with { Steps = Steps, WarmupSteps = 1, BatchSize = 4, LogEvery = 1, Threads = 1, Deterministic = true },
    };

    private static async Task<TrainingOutcome> TrainAsync(Stage1Config config, RunFolder folder, int? stopAfter)
    {
        using var stage = StageFactory.Create(config);
        using var stop = new CancellationTokenSource();
        var clips = new ShapesSourceConfig { Clips = 32 }.Build(new ShapesWorldConfig().Build(1));
        return await new Trainer(config, stage, clips, folder).RunAsync(new Watcher(stop, stopAfter), stop.Token);
    }

    private static async Task<double> ProbeAsync(VideoEncoder encoder)
    {
        const string Label = "appearance";
        var (world, protocol) = (new ShapesWorldConfig().Build(1), ProbeProtocols.NearestNeighbours);
        using var train = await Read(ShapesSplit.Train, 64);
        using var test = await Read(ShapesSplit.Test, 32);
        using var run = ProbeRunner.Run(protocol, Label, world.Labels[Label], train, test, seed: 1);
        return run.Result.Top1;

        async Task<FeatureSet> Read(ShapesSplit split, int clips)
        {
            var source = new ShapesSourceConfig { Clips = clips, Split = split }.Build(world);
            var labels = source.Labels(Label);
            using var features = await FeatureExtraction.ExtractAsync([encoder], source, protocol.Reads, 16, null, CancellationToken.None);
            return features.Labelled(0, i => string.Create(CultureInfo.InvariantCulture, $"{split}-{i}"), i => labels[i]);
        }
    }

    private static List<double?> Losses(RunFolder run) => [.. MetricsFile.Read(run.MetricsFile).Select(step => step.Loss)];

    private static string Newest(RunFolder run, string file) => Path.Combine(run.CheckpointFolders()[0], file);

    // Told on the training's own thread: the step after the one that it stops at is not begun.
    private sealed class Watcher(CancellationTokenSource stop, int? stopAfter) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Metrics.Step == stopAfter) stop.Cancel();
        }
    }
}
