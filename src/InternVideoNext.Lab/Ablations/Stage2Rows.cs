using InternVideoNext.Description;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>Stage 2 (the paper's table of teacher and predictor, linear probing on K400 / SSv2; method, section 7).</summary>
internal static class Stage2Rows
{
    // The released code's; the paper does not say.
    private const double PaperMomentum = 0.998;

    private const string PaperUnfrozen = "The paper gives one number for an unfrozen teacher, without its momentum, and for SigLIP2 as "
        + "teacher: it stands in both rows.";

    public static readonly AblationRow Full = new()
    {
        Id = "stage2",
        Table = AblationTable.Stage2,
        Title = "Stage 2: frozen Stage 1 teacher",
        Purpose = "Predicting the frozen Stage 1 encoder's latents: what brings motion in.",
        Neighbour = Stage1Rows.AlignDiffusion.Id,
        Reported = new(76.9, 56.9),
        Start = Stage1Rows.AlignDiffusion.Id,
        Configure = (s, seed) => s.Stage2(seed),
    };

    public static IReadOnlyList<AblationRow> All { get; } =
    [
        Full,
        Variant("fresh-predictor", "Predictor re-initialised",
            "The same predictor from random weights: is what Stage 1 taught it worth keeping?",
            ["predictor_start"], c => c with { PredictorStart = PredictorStart.Fresh }),
        Variant("vjepa-predictor", "Zero-initialised V-JEPA style predictor",
            "A plain ViT predictor whose blocks start as the identity: this project's reading of the paper's words.",
            ["predictor_start", "model.predictor"], ZeroPredictor) with { Reported = new(74.8, 53.8) },
        WithPixels(),
        Ema("ema-0.99", 0.99, "follows its student within a hundred steps"),
        Ema("ema-0.998", 0.998, "follows within five hundred steps") with { Reported = new(75.4, 45.7) },
        Ema("ema-0.9998", 0.9998, "follows within five thousand steps"),
        ImageTargets(),
        Variant("stage2-trim-random", "Visible tokens trimmed at random",
            "The released code trims each clip's visible tokens to equally many by keeping the first in order of time, which hides late "
            + "frames altogether; here those to keep are drawn.",
            ["masking.trim"], c => c with { Masking = ((MultiBlockMaskingConfig)c.Masking) with { Trim = VisibleTrim.Random } }) with
        {
            Obstacle = s =>
                s.Stage2(0).Masking is MultiBlockMaskingConfig { Trim: VisibleTrim.Random } ? "this preset trims at random already" : null,
        },
        Variant("stage2-tube", "Tube instead of multi-block masks",
            "One mask of scattered places, hidden through all frames: no large holes.",
            ["masking"], c => c with { Masking = new TubeMaskingConfig { Ratio = 0.75 } }),
        Variant("stage2-random", "Random instead of multi-block masks",
            "The easiest task: hidden tokens are seen a frame earlier or later.",
            ["masking"], c => c with { Masking = new RandomMaskingConfig { Ratio = 0.75 } }),
        new()
        {
            Id = "stage1-long",
            Table = AblationTable.Stage2,
            Title = "Stage 1 with as many multiply-adds as both stages",
            Purpose = "Equal compute: is it Stage 2, or just more training? Steps are those whose multiply-adds equal both stages'.",
            Neighbour = Stage1Rows.AlignDiffusion.Id,
            Changes = ["training.steps", "training.warmup_steps"],
            Configure = AsLongAsBoth,
        },
        new()
        {
            Id = "stage1-same-clips",
            Table = AblationTable.Stage2,
            Title = "Stage 1 on as many clips as both stages",
            Purpose = "Equal data: as many clips as Stage 1 and Stage 2 see together, whatever they cost.",
            Neighbour = Stage1Rows.AlignDiffusion.Id,
            Changes = ["training.steps", "training.warmup_steps"],
            Configure = OnAsManyClips,
        },
    ];

    private static AblationRow Variant(
        string id, string title, string purpose, IReadOnlyList<string> changes, Func<Stage2Config, Stage2Config> change) => new()
        {
            Id = id,
            Table = AblationTable.Stage2,
            Title = title,
            Purpose = purpose,
            Neighbour = Full.Id,
            Changes = changes,
            Start = Stage1Rows.AlignDiffusion.Id,
            Configure = (s, seed) => change(s.Stage2(seed)),
        };

    private static AblationRow Ema(string id, double momentum, string follows) =>
        Variant(id, FormattableString.Invariant($"Moving teacher, momentum {momentum}"),
            $"An unfrozen teacher that {follows}."
                + $"{(momentum == PaperMomentum ? $" It stands for the paper's unfrozen teacher. {PaperUnfrozen}" : "")}",
            ["teacher_momentum"], c => c with { TeacherMomentum = momentum });

    private static AblationRow WithPixels() =>
        Variant("stage2-pixels", "Stage 2 with pixels",
            "Stage 1's pixel loss kept on behind Stage 2's masks: the paper found a marginal gain, and leaves it out.",
            ["pixel_weight", "model.pixel_decoder"], c => c) with
        {
            Configure = (s, seed) =>
            {
                var config = s.Stage2(seed);
                return config with
                {
                    PixelWeight = 1,
                    Model = config.Model with { PixelDecoder = (PixelDecoderConfig)s.Stage1(seed).Model.Decoder! }
                };
            },
        };

    private static AblationRow ImageTargets() =>
        Variant("image-teacher", "Image teacher as target", $"The image model's states instead of the video encoder's. {PaperUnfrozen}",
            ["teacher", "image_teacher", "model.decoder.target_width"], c => c) with
        {
            Reported = new(75.4, 45.7),
            Configure = (s, seed) =>
            {
                var config = s.Stage2(seed);
                var width = s.Stage1(seed).Model.Alignment!.TeacherWidth;
                return config with
                {
                    Teacher = LatentTeacher.Image,
                    ImageTeacher = s.ImageTeacher,
                    Model = config.Model with { Decoder = ((LatentDecoderConfig)config.Model.Decoder!) with { TargetWidth = width } },
                };
            },
        };

    // V-JEPA's predictor is a plain ViT; where the preset's is a text model's body, one of the paper's comparison takes its place.
    private static Stage2Config ZeroPredictor(Stage2Config config)
    {
        var body = config.Model.Predictor as VitPredictorConfig ?? Stage1Rows.Plain;
        return config with
        {
            PredictorStart = PredictorStart.Fresh,
            Model = config.Model with { Predictor = body with { Initialization = PredictorInitialization.Zero } },
        };
    }

    private static Stage1Config AsLongAsBoth(AblationSettings settings, ulong seed)
    {
        var (stage1, stage2) = (settings.Stage1(seed), settings.Stage2(seed) with { Start = Stage1Rows.AlignDiffusion.Id });
        var first = ModelDescription.Of(stage1).TrainingMultiplyAdds * stage1.Training.ClipsPerStep;
        var second = ModelDescription.Of(stage2).TrainingMultiplyAdds * stage2.Training.ClipsPerStep * stage2.Training.Steps;
        var steps = stage1.Training.Steps + (int)Math.Round(second / first);
        return Lasting(stage1, steps);
    }

    private static Stage1Config OnAsManyClips(AblationSettings settings, ulong seed)
    {
        var (stage1, stage2) = (settings.Stage1(seed), settings.Stage2(seed).Training);
        var clips = (long)stage2.ClipsPerStep * stage2.Steps;
        return Lasting(stage1, stage1.Training.Steps + (int)Math.Round((double)clips / stage1.Training.ClipsPerStep));
    }

    private static Stage1Config Lasting(Stage1Config config, int steps) =>
        config with
        {
            Training = config.Training with
            {
                Steps = steps,
                WarmupSteps = (int)((double)config.Training.WarmupSteps * steps / config.Training.Steps)
            }
        };
}
