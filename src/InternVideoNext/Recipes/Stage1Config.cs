using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>Stage 1: semantic-guided pixel reconstruction (method, section 6). A weight of 0 switches a loss off.</summary>
[Kind("stage1")]
public sealed record Stage1Config : RunConfig
{
    /// <summary>The frozen image teacher; null only where nothing needs one (no alignment, no semantic masking).</summary>
    public ImageTeacherConfig? Teacher { get; init; }

    /// <summary>
    /// A checkpoint (folder or file) of either stage, or released weights, that the student starts from; null: from random weights.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Start { get; init; }

    /// <summary>Weight of the alignment of the last K blocks.</summary>
    public double MiddleWeight { get; init; } = 1;

    /// <summary>Weight of the alignment of the pooled vector.</summary>
    public double FinalWeight { get; init; } = 1;

    /// <summary>Weight of the pixel loss over masked tokens.</summary>
    public double PixelWeight { get; init; } = 1;

    /// <summary>Whether anything is aligned with the teacher.</summary>
    [JsonIgnore]
    public bool Aligns => MiddleWeight > 0 || FinalWeight > 0;

    /// <summary>Whether a step asks the teacher anything: for targets, or for the saliency that masks are drawn by.</summary>
    [JsonIgnore]
    public bool ReadsTeacher => Aligns || Masking.ReadsSaliency;

    /// <inheritdoc/>
    public override void Validate()
    {
        var check = new ConfigCheck("stage1");
        check.Include(base.Validate);
        if (Teacher is { } teacher) check.Include(() => teacher.Validate(MiddleWeight > 0 ? Model.Alignment?.Layers ?? 0 : 0));
        check.NotNegative("middle_weight", MiddleWeight)
            .NotNegative("final_weight", FinalWeight)
            .NotNegative("pixel_weight", PixelWeight)
            .That(Aligns || PixelWeight > 0, "middle_weight, final_weight and pixel_weight are all 0; nothing would be trained")
            .That(!Aligns || Model.Alignment is not null, "middle_weight or final_weight is above 0, but model.alignment is null")
            .That(!Aligns || Teacher is not null, "middle_weight or final_weight is above 0, but teacher is null")
            .That(PixelWeight == 0 || Model.Decoder is PixelDecoderConfig,
                "pixel_weight is above 0, but model.decoder is no pixel decoder (diffusion or linear_pixel)")
            .That(!Masking.ReadsSaliency || Teacher is not null,
                "masking is semantic, but teacher is null; saliency comes from the teacher")
            .That(Masking.MasksPerStep <= 1, "masking.blocks makes several masks a step; Stage 1 uses one")
            .ThrowIfAny();
    }
}
