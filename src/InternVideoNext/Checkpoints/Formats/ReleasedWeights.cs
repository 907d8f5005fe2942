using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints.Formats;

/// <summary>
/// The released InternVideo-Next weights (Hugging Face <c>revliter/internvideo_next_{base,large}_p14_res224_f16</c>): encoder and pool head
/// in fp16, under the prefix <c>model.</c>.
/// </summary>
public static class ReleasedWeights
{
    /// <summary>The element type of the released files.</summary>
    public const ScalarType ElementType = ScalarType.Float16;

    /// <summary>The names against our encoder's.</summary>
    public static KeyMap Map { get; } = new("released InternVideo-Next weights", [.. EncoderNames.Rules("model.")]);

    /// <summary>The names against a whole model of either stage: what is not of the encoder keeps its values.</summary>
    public static KeyMap IntoModel { get; } = new("released InternVideo-Next weights into a whole model",
    [
        KeyRule.PositionTable("model.pos_embed", "encoder.pos_embed"),
        KeyRule.Map("model.{rest}", "encoder.{rest}"),
        .. ((string[])["predictor", "decoder", "alignment"]).Select(part => KeyRule.Keep(part + ".{rest}", EncoderAlone)),
    ]);

    private const string EncoderAlone = "the released weights are of the encoder alone: it starts anew";
}
