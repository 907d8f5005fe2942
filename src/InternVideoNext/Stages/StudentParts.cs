using InternVideoNext.Models;

namespace InternVideoNext.Stages;

/// <summary>
/// Parts of a student, by the beginnings of their parameters' names. What no loss of a stage reaches is left untouched:
/// weight decay alone would wear it down.
/// </summary>
internal static class StudentParts
{
    public const string
        Pool = "encoder.clip_projector.",
        Predictor = "predictor.",
        Decoder = "decoder.",
        MiddlePositions = "alignment.clip_pos_embed",
        MiddleHeads = "alignment.clip_decoder.",
        FinalHead = "alignment.final_clip_decoder.";

    /// <summary>Makes the parameters of the parts ask for no gradient.</summary>
    public static void LeaveUntouched(EncoderPredictorDecoder student, params IReadOnlyList<string> parts)
    {
        foreach (var (name, parameter) in student.named_parameters())
            if (parts.Any(part => name.StartsWith(part, StringComparison.Ordinal))) parameter.requires_grad = false;
    }
}
