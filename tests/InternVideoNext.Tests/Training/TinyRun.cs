using InternVideoNext.Data;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Training;

/// <summary>The smallest runs in which every part of the method works: 2 frames of 4 x 4 tokens, width 32, two blocks.</summary>
internal static class TinyRun
{
    public static SiglipConfig Tower { get; } = new()
    { Width = 24, Intermediate = 32, Depth = 3, Heads = 2, ImageSize = 16, PatchSize = 4 };

    public static EncoderConfig Encoder { get; } = new()
    {
        Width = 32,
        Depth = 2,
        Heads = 2,
        ImageSize = 16,
        PatchSize = 4,
        Frames = 2,
        DropPath = 0.2,
        LayerScaleInit = 1,
        PoolHeads = 2,
        PoolWidth = 16,
        InitStd = 0.1,
    };

    public static Stage1Config Stage1 { get; } = new()
    {
        Model = new ModelConfig
        {
            Encoder = Encoder,
            Predictor = new VitPredictorConfig { Width = 24, Depth = 1, Heads = 2, InitStd = 0.1 },
            Decoder = new DiffusionDecoderConfig { Width = 24, Depth = 1 },
            Alignment = new AlignmentConfig { Layers = 2, TeacherWidth = Tower.Width },
        },
        Teacher = new SiglipTeacherConfig { Tower = Tower, RandomWeights = true },
        Masking = new SemanticMaskingConfig(),
        Data = new DataConfig { Frames = 2, Size = 16 },
        Training = Training(1),
    };

    /// <summary>Starts at random, and its teacher follows it.</summary>
    public static Stage2Config Stage2 { get; } = new()
    {
        Model = Stage1.Model with { Decoder = new LatentDecoderConfig(), Alignment = null },
        PredictorStart = PredictorStart.Fresh,
        TeacherMomentum = 0.9,
        Masking = new MultiBlockMaskingConfig(),
        Data = Stage1.Data,
        Training = Training(1),
    };

    public static TrainingConfig Training(int steps) => new()
    {
        Steps = steps,
        BatchSize = 4,
        BaseLearningRate = 0.128, // 2e-3 for four clips
        Seed = 3,
        CheckpointEvery = 0,
        LogEvery = 1,
        HealthEvery = 0,
    };

    public static SiglipTeacher Teacher()
    {
        using var generator = new Generator(5);
        return new SiglipTeacher(Tower.Build(generator), Tower, interval: 1);
    }

    /// <summary>The stage, with a teacher where it asks for one.</summary>
    public static ITrainingStage Build(RunConfig config) => config switch
    {
        Stage1Config stage1 => new Stage1(stage1, stage1.ReadsTeacher ? Teacher() : null),
        Stage2Config stage2 => new Stage2(stage2, stage2.Teacher == LatentTeacher.Image ? Teacher() : null),
        _ => throw new ArgumentOutOfRangeException(nameof(config)),
    };

    /// <summary>One batch of the shape that the runs above expect.</summary>
    public static Tensor Video(int clips = 4)
    {
        using var generator = new Generator(11);
        return randn([clips, 3, 2, 16, 16], generator: generator);
    }

    /// <summary>Trains in a folder to the end, or until <paramref name="stopAfter"/> steps are done.</summary>
    public static async Task<TrainingOutcome> TrainAsync(
        RunConfig config, RunFolder folder, long? stopAfter = null, NoiseClips? clips = null)
    {
        using var stage = Build(config);
        using var stop = new CancellationTokenSource();
        var progress = new Watcher(p =>
        {
            if (p.Metrics.Step == stopAfter) stop.Cancel();
        });
        return await new Trainer(config, stage, clips ?? new NoiseClips(), folder).RunAsync(progress, stop.Token);
    }

    /// <summary>A progress that is told at once, on the training's own thread.</summary>
    public sealed class Watcher(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
