using InternVideoNext.Checkpoints.Formats;
using static TorchSharp.torch;

namespace InternVideoNext.Parity;

/// <summary>The video encoder: patch embedding, tokens, pooled vector (method, section 1).</summary>
internal static class EncoderParity
{
    public static void Check(ReferenceData reference, ParityRecorder rows)
    {
        using var noGrad = no_grad();
        var config = ReferenceSizes.Encoder(
            reference, "weights.") with
        { Heads = reference.Require("heads"), PoolHeads = reference.Require("pool_heads") };
        using var encoder = ReferenceModels.Load(config.Build, reference, "weights.", ReferenceCheckpoint.EncoderAlone);
        var video = reference["input.video"];

        var patches = encoder.EmbedPatches(video);                                                  // [B, N, C]
        rows.Compare("output.patch_embed", patches.view(patches.size(0), config.Frames, -1, config.Width), ParityTolerance.Output);
        var tokens = encoder.forward(video, null, null).Tokens;                                     // [B, classes + N, C]
        rows.Compare("output.tokens", tokens.narrow(1, config.ClassTokens, config.Grid.Tokens), ParityTolerance.Output);
        rows.Compare("output.projected", encoder.Pool(tokens), ParityTolerance.Output);
    }
}
