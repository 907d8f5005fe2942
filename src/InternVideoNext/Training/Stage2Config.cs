using InternVideoNext.Models;

namespace InternVideoNext.Training;

/// <summary>Stage 2: latent prediction toward a teacher (method, section 7).</summary>
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

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        var check = new Configuration.ConfigCheck("stage2");
        check.That(Model.Predictor is not null, "model.predictor is null; Stage 2 trains one");
        check.That(Model.Decoder is LatentDecoderConfig, "model.decoder is not latent; Stage 2 predicts latents");
        check.InRange(TeacherMomentum, 0, 1, "teacher_momentum");
        check.That(Teacher != LatentTeacher.Image || ImageTeacher is not null, "teacher is image, but image_teacher is null");
        check.That(PredictorStart != PredictorStart.Kept || Start is not null || Preset.Length == 0 || TeacherMomentum < 1,
            "predictor_start is kept, but start is null; name a Stage 1 checkpoint with --set start=PATH");
        check.ThrowIfAny();
    }
}
