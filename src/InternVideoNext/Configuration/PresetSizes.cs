using InternVideoNext.Models;
using InternVideoNext.Training;

namespace InternVideoNext.Configuration;

/// <summary>One row of the size table.</summary>
internal sealed record PresetSize
{
    public required EncoderConfig Encoder { get; init; }
    public required int Stage1Frames { get; init; }
    public required int Stage2Frames { get; init; }
    public required PredictorConfig Predictor { get; init; }
    public required DecoderConfig PixelDecoder { get; init; }
    public required int AlignedLayers { get; init; }
    public required int TeacherWidth { get; init; }
    public required ImageTeacherConfig Teacher { get; init; }
    public required TrainingConfig Stage1 { get; init; }
    public required TrainingConfig Stage2 { get; init; }
}

/// <summary>
/// The size table. <c>base</c>, <c>large</c>, <c>1b</c>: the paper's models (method, sections 1 to 4) with the released
/// scripts' optimisation (section 8); the steps are 62 and 101 epochs of 1.1 M clips at one GPU's batch.
/// The smaller ones are ours, for the synthetic world: LayerScale starts at 1 and weights at 0.7/sqrt(C), because they
/// are shallow and train briefly.
/// </summary>
internal static class PresetSizes
{
    private const int PretrainingClips = 1_100_000;

    public static IReadOnlyDictionary<string, PresetSize> All { get; } = new Dictionary<string, PresetSize>
    {
        ["tiny"] = Synthetic(width: 32, depth: 2, heads: 2, frames: 4, predictorDepth: 1, stage1Steps: 200, stage2Steps: 100, batch: 16),
        ["mini"] = Synthetic(width: 64, depth: 3, heads: 4, frames: 8, predictorDepth: 2, stage1Steps: 400, stage2Steps: 240, batch: 32),
        ["small"] = Synthetic(width: 96, depth: 4, heads: 4, frames: 8, predictorDepth: 2, stage1Steps: 2500, stage2Steps: 5000, batch: 256),
        ["base"] = Paper(width: 768, depth: 12, heads: 12, dropPath: 0.1, mlpRatio: 4, interval: 3.33, stage1Batch: 16, stage2Batch: 14),
        ["large"] = Paper(width: 1024, depth: 24, heads: 16, dropPath: 0.2, mlpRatio: 4, interval: 1.67, stage1Batch: 16, stage2Batch: 8),
        ["1b"] = Paper(width: 1408, depth: 40, heads: 16, dropPath: 0.2, mlpRatio: 48.0 / 11, interval: 1.67, stage1Batch: 8, stage2Batch: 4),
    };

    private static PresetSize Synthetic(int width, int depth, int heads, int frames, int predictorDepth, int stage1Steps, int stage2Steps, int batch) => new()
    {
        Encoder = new EncoderConfig
        {
            Width = width,
            Depth = depth,
            Heads = heads,
            ImageSize = 32,
            PatchSize = 8,
            Frames = frames,
            LayerScaleInit = 1,
            PoolHeads = heads,
            PoolWidth = width,
            InitStd = 0.7 / Math.Sqrt(width),
        },
        Stage1Frames = frames,
        Stage2Frames = frames,
        Predictor = new VitPredictorConfig { Width = width, Depth = predictorDepth, Heads = heads, InitStd = 0.7 / Math.Sqrt(width) },
        PixelDecoder = new DiffusionDecoderConfig { Width = width, Depth = 2 },
        AlignedLayers = 2,
        TeacherWidth = 96,
        Teacher = new ShapesTeacherConfig { Interval = 1 },
        Stage1 = SyntheticTraining(stage1Steps, batch, peakRate: 2e-3),
        Stage2 = SyntheticTraining(stage2Steps, batch, peakRate: 9e-4),
    };

    private static TrainingConfig SyntheticTraining(int steps, int batch, double peakRate) => new()
    {
        Steps = steps,
        BatchSize = batch,
        BaseLearningRate = peakRate * 256 / batch,
        StartLearningRate = 1e-6 * 256 / batch,
        FinalLearningRate = 1e-5 * 256 / batch,
        WarmupSteps = steps / 15,
    };

    private static PresetSize Paper(int width, int depth, int heads, double dropPath, double mlpRatio, double interval, int stage1Batch, int stage2Batch) => new()
    {
        Encoder = new EncoderConfig
        {
            Width = width,
            Depth = depth,
            Heads = heads,
            ImageSize = 224,
            PatchSize = 14,
            Frames = 16,
            DropPath = dropPath,
            MlpRatio = mlpRatio,
        },
        Stage1Frames = 16,
        Stage2Frames = 32,
        Predictor = new ModernBertPredictorConfig(),
        PixelDecoder = new DiffusionDecoderConfig(),
        AlignedLayers = 6,
        TeacherWidth = 1536,
        Teacher = new SiglipTeacherConfig { Tower = SiglipConfig.Giant, Interval = interval },
        Stage1 = PaperTraining(epochs: 62, warmupEpochs: 7, stage1Batch, 1e-3),
        Stage2 = PaperTraining(epochs: 101, warmupEpochs: 0, stage2Batch, 1e-4),
    };

    private static TrainingConfig PaperTraining(int epochs, int warmupEpochs, int batch, double rate) => new()
    {
        Steps = epochs * (PretrainingClips / batch),
        WarmupSteps = warmupEpochs * (PretrainingClips / batch),
        BatchSize = batch,
        BaseLearningRate = rate,
        Precision = Precision.Bfloat16,
        Device = "cuda",
        CheckpointEvery = 5000,
    };
}
