using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>Stage 2: latent prediction toward a teacher (method, section 7).</summary>
[Kind("stage2")]
public sealed record Stage2Config : RunConfig
{
    /// <summary>A Stage 1 checkpoint (folder or file) that student and teacher start from; null: from random weights (V-JEPA).</summary>
    public string? Start { get; init; }

    /// <summary>What the predictor starts from.</summary>
    public PredictorStart PredictorStart { get; init; } = PredictorStart.Kept;

    /// <summary>Whose latents are predicted.</summary>
    public LatentTeacher Teacher { get; init; } = LatentTeacher.Video;

    /// <summary>The video teacher's exponential moving average of the student: 1 is frozen, the default.</summary>
    public double TeacherMomentum { get; init; } = 1;

    /// <summary>The image teacher; needed where <see cref="Teacher"/> is <see cref="LatentTeacher.Image"/>.</summary>
    public ImageTeacherConfig? ImageTeacher { get; init; }

    /// <summary>
    /// Weight of a pixel loss behind each mask; 0, the paper's, leaves it out. Needs <see cref="Models.ModelConfig.PixelDecoder"/>.
    /// </summary>
    public double PixelWeight { get; init; }

    /// <summary>Whether the teacher's weights stay as they are.</summary>
    internal bool HasFrozenTeacher => Teacher == LatentTeacher.Image || TeacherMomentum == 1;

    /// <inheritdoc/>
    public override void Validate()
    {
        var check = new ConfigCheck("stage2");
        check.Include(base.Validate);
        if (Teacher == LatentTeacher.Image && ImageTeacher is { } teacher) check.Include(() => teacher.Validate(alignedLayers: 1));
        check.That(Model.Predictor is not null, "model.predictor is null; Stage 2 trains one")
            .That(Model.Decoder is LatentDecoderConfig, "model.decoder is not latent; Stage 2 predicts latents")
            .That(!Masking.ReadsSaliency, "masking is semantic, which needs Stage 1's saliency; Stage 2 has none")
            .NotNegative("pixel_weight", PixelWeight)
            .That(PixelWeight > 0 == Model.PixelDecoder is not null,
                "pixel_weight and model.pixel_decoder belong together: a weight above 0 needs a decoder, and a decoder a weight")
            .That(Model.PixelDecoder is null || PredictorStart == PredictorStart.Kept || Start is null,
                "model.pixel_decoder goes on from Stage 1's; predictor_start=fresh does not fit")
            .InRange("teacher_momentum", TeacherMomentum, 0, 1)
            .That(Teacher != LatentTeacher.Image || ImageTeacher is not null, "teacher is image, but image_teacher is null")
            .That(Teacher != LatentTeacher.Video || Model.Decoder is not LatentDecoderConfig { TargetWidth: { } width }
                || width == Model.Encoder.Width,
                "model.decoder.target_width differs from model.encoder.width, but teacher is video; set it to null")
            .That(PredictorStart != PredictorStart.Kept || Start is not null,
                "predictor_start is kept, but start is null; name a Stage 1 checkpoint with start=PATH, or set predictor_start=fresh to "
                    + "begin at random")
            .ThrowIfAny();
    }
}

/// <summary>Whose latents Stage 2 predicts.</summary>
public enum LatentTeacher
{
    /// <summary>A copy of the Stage 1 video encoder, frozen or moving.</summary>
    Video,

    /// <summary>The image teacher's deepest aligned states (the ablation).</summary>
    Image,
}

/// <summary>What Stage 2's predictor starts from.</summary>
public enum PredictorStart
{
    /// <summary>Stage 1's predictor (the method).</summary>
    Kept,

    /// <summary>Fresh weights by the predictor's own initialisation, random or zero (the ablations).</summary>
    Fresh,
}
