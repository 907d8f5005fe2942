using InternVideoNext.Data.Shapes;
using InternVideoNext.Masking;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

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
    public MultiBlockMaskingConfig Stage2Masking { get; init; } = new();
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
    private const int ShapesFrames = 4;
    private const int ShapesBatch = 16;

    public static IReadOnlyDictionary<string, PresetSize> All { get; } = new Dictionary<string, PresetSize>
    {
        ["tiny"] = Synthetic(width: 32, depth: 2, heads: 2, predictorDepth: 1, stage1Steps: 200, stage2Steps: 100),
        ["mini"] = Synthetic(width: 64, depth: 4, heads: 4, predictorDepth: 1, stage1Steps: 1000, stage2Steps: 4500),
        ["small"] = Synthetic(width: 96, depth: 6, heads: 6, predictorDepth: 2, stage1Steps: 2500, stage2Steps: 8000),
        ["base"] = Paper(width: 768, depth: 12, heads: 12, dropPath: 0.1, mlpRatio: 4, interval: 3.33, stage1Batch: 16, stage2Batch: 14),
        ["large"] = Paper(width: 1024, depth: 24, heads: 16, dropPath: 0.2, mlpRatio: 4, interval: 1.67, stage1Batch: 16, stage2Batch: 8),
        ["1b"] = Paper(
            width: 1408, depth: 40, heads: 16, dropPath: 0.2, mlpRatio: 48.0 / 11, interval: 1.67, stage1Batch: 8, stage2Batch: 4),
    };

    private static PresetSize Synthetic(int width, int depth, int heads, int predictorDepth, int stage1Steps, int stage2Steps) => new()
    {
        Encoder = new EncoderConfig
        {
            Width = width,
            Depth = depth,
            Heads = heads,
            ImageSize = 32,
            PatchSize = 8,
            Frames = ShapesFrames,
            LayerScaleInit = 1,
            PoolHeads = heads,
            PoolWidth = width,
            InitStd = 0.7 / Math.Sqrt(width),
            PositionScale = 6,
            PositionBase = 10,
        },
        Stage1Frames = ShapesFrames,
        Stage2Frames = ShapesFrames,
        Predictor = new VitPredictorConfig { Width = width, Depth = predictorDepth, Heads = heads, InitStd = 0.7 / Math.Sqrt(width) },
        PixelDecoder = new DiffusionDecoderConfig { Width = 512, Depth = 2, TokenShare = 0.25 },
        // A cap as the paper's (400 visible tokens of 8 frames: a fifth of a clip; here 20 of 64, a third) under the released
        // trimming, which keeps the first tokens in order of time: late frames are hidden altogether and must be foretold.
        // Without it no motion is learned at these lengths. The paper's blocks (8 of 15 %, 2 of 70 %) would leave so little of
        // a frame of 4 x 4 places that the predictor does not even learn where things are.
        Stage2Masking = new MultiBlockMaskingConfig { Blocks = [new(3, 0.15), new(2, 0.4)], Trim = VisibleTrim.Released, MaxKeep = 20 },
        AlignedLayers = 2,
        TeacherWidth = 96,
        Teacher = new ShapesTeacherConfig { Interval = 1 },
        Stage1 = SyntheticTraining(stage1Steps, peakRate: 1e-3),
        Stage2 = SyntheticTraining(stage2Steps, peakRate: 1.5e-3),
    };

    private static TrainingConfig SyntheticTraining(int steps, double peakRate) => new()
    {
        Steps = steps,
        BatchSize = ShapesBatch,
        BaseLearningRate = peakRate * 256 / ShapesBatch,
        StartLearningRate = 1e-6 * 256 / ShapesBatch,
        FinalLearningRate = 1e-5 * 256 / ShapesBatch,
        WarmupSteps = Math.Min(200, steps / 15),
        DecayShare = 0.25,
    };

    private static PresetSize Paper(
        int width, int depth, int heads, double dropPath, double mlpRatio, double interval, int stage1Batch, int stage2Batch) => new()
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
