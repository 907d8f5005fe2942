using InternVideoNext.Masking;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>
/// Neighbouring methods as recipes of this package's blocks, at the same size, length and optimiser: not those papers' own settings.
/// </summary>
internal static class NeighbourRows
{
    public static IReadOnlyList<AblationRow> All { get; } =
    [
        new()
        {
            Id = "videomae",
            Table = AblationTable.Neighbours,
            Title = "VideoMAE: tube mask, linear pixels",
            Purpose = "Masked pixels without a teacher: 90 % tubes.",
            Neighbour = Stage1Rows.PixelLinear.Id,
            Changes = ["masking", "teacher"],
            Configure = (s, seed) => (Stage1Config)Stage1Rows.PixelLinear.Configure!(s, seed) with
            {
                Masking = new TubeMaskingConfig { Ratio = 0.9 },
                Teacher = null,
            },
        },
        new()
        {
            Id = "vjepa",
            Table = AblationTable.Neighbours,
            Title = "V-JEPA: moving teacher, no Stage 1",
            Purpose = "Latent prediction from random weights toward an average of itself.",
            Neighbour = "ema-0.998",
            Changes = ["start", "predictor_start", "training.steps", "training.warmup_steps", "training.base_learning_rate"],
            Configure = (s, seed) =>
            {
                var (config, stage1) = (s.Stage2(seed), s.Stage1(seed).Training);
                return config with
                {
                    PredictorStart = PredictorStart.Fresh,
                    TeacherMomentum = 0.998,
                    // From nothing it needs Stage 1's learning rate, and gets both stages' steps.
                    Training = config.Training with
                    {
                        Steps = stage1.Steps + config.Training.Steps,
                        WarmupSteps = stage1.WarmupSteps + config.Training.WarmupSteps,
                        BaseLearningRate = stage1.BaseLearningRate,
                    },
                };
            },
        },
        new()
        {
            Id = "umt",
            Table = AblationTable.Neighbours,
            Title = "UMT / InternVideo2 stage 1: alignment only",
            Purpose = "Alignment of visible tokens with an image teacher under their semantic mask of 80 %.",
            Neighbour = Stage1Rows.Align.Id,
            Changes = ["masking.ratio"],
            Configure = (s, seed) =>
                (Stage1Config)Stage1Rows.Align.Configure!(s, seed) with { Masking = new SemanticMaskingConfig { Ratio = 0.8 } },
            Obstacle = s =>
                HidesAsMany(s) ? "at this preset's 16 tokens a frame 80 % and 75 % hide the same 12: the row would repeat align" : null,
        },
    ];

    private static bool HidesAsMany(AblationSettings settings)
    {
        var tokens = settings.Stage1(0).Model.Encoder.Grid.TokensPerFrame;
        return MaskRatio.MaskedCount(0.8, tokens, "frame") == MaskRatio.MaskedCount(0.75, tokens, "frame");
    }
}
