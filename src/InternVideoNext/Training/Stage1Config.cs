using InternVideoNext.Models;

namespace InternVideoNext.Training;

/// <summary>Stage 1: semantic-guided pixel reconstruction (method, section 6). A weight of 0 switches a loss off.</summary>
public sealed record Stage1Config : RunConfig
{
    /// <summary>The frozen image teacher; null only where nothing needs one (no alignment, no semantic masking).</summary>
    public ImageTeacherConfig? Teacher { get; init; }

    /// <summary>Weight of the alignment of the last K blocks.</summary>
    public double MiddleWeight { get; init; } = 1;

    /// <summary>Weight of the alignment of the pooled vector.</summary>
    public double FinalWeight { get; init; } = 1;

    /// <summary>Weight of the pixel loss over masked tokens.</summary>
    public double PixelWeight { get; init; } = 1;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        var check = new Configuration.ConfigCheck("stage1");
        var aligns = MiddleWeight > 0 || FinalWeight > 0;
        check.That(aligns || PixelWeight > 0, "middle_weight, final_weight and pixel_weight are all 0; nothing would be trained");
        check.That(!aligns || Model.Alignment is not null, "middle_weight or final_weight is above 0, but model.alignment is null");
        check.That(!aligns || Teacher is not null, "middle_weight or final_weight is above 0, but teacher is null");
        check.That(PixelWeight == 0 || Model.Decoder is DiffusionDecoderConfig or LinearPixelDecoderConfig,
            "pixel_weight is above 0, but model.decoder is no pixel decoder (diffusion or linear_pixel)");
        check.That(Masking is not InternVideoNext.Masking.SemanticMaskingConfig || Teacher is not null, "masking is semantic, but teacher is null; saliency comes from the teacher");
        check.ThrowIfAny();
    }
}
