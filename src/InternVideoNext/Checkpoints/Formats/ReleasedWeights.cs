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
}
