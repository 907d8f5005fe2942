using static InternVideoNext.Models.Description.BlockTree;

namespace InternVideoNext.Models.Description;

// Shapes: M masked tokens of a clip, P numbers of a patch, Cp predictor width, W decoder width

/// <summary>The trees of the three decoders.</summary>
internal static class DecoderBlocks
{
    private const string Section = "decoder D (method 3)";

    /// <summary>A decoder on the masked tokens of a clip.</summary>
    /// <param name="config">Its kind and sizes.</param>
    /// <param name="encoder">The encoder's sizes.</param>
    /// <param name="predictorWidth">Cp.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="masked">M, over all masks of a step.</param>
    public static BlockDescription Of(DecoderConfig config, EncoderConfig encoder, long predictorWidth, string key, double masked)
    {
        var pixels = 3L * encoder.PatchSize * encoder.PatchSize;
        var tokens = Tokens([masked]);
        return config switch
        {
            DiffusionDecoderConfig diffusion => Diffusion(diffusion, pixels, predictorWidth, key, masked),
            LinearPixelDecoderConfig => Block(config.Key, key, nameof(LinearPixelDecoder), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {pixels}]",
                Cost.Linear(masked, predictorWidth, pixels), masked * (predictorWidth + pixels)),
            LatentDecoderConfig latent => Latent(latent, latent.TargetWidth ?? encoder.Width, predictorWidth, key, masked),
            LabelHeadsConfig heads => Block(config.Key, key, nameof(LabelHeads), "supervised bound", $"[{encoder.Width}] -> [{heads.Classes.Values.Sum()}]",
                Cost.Linear(1, encoder.Width, heads.Classes.Values.Sum()), encoder.Width + heads.Classes.Values.Sum()),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "not a decoder"),
        };
    }

    private static BlockDescription Latent(LatentDecoderConfig config, long width, long predictorWidth, string key, double masked) =>
        Block(config.Key, key, nameof(LatentDecoder), Section, $"[{Tokens([masked])}, {predictorWidth}] -> [{Tokens([masked])}, {width}]",
            Cost.ProjectionHead(masked, predictorWidth, width),
            // Besides the head: the normalised prediction and its product with the target.
            Cost.ProjectionHeadActivations(masked, predictorWidth, width) + (3 * masked * width));

    private static BlockDescription Diffusion(DiffusionDecoderConfig config, long pixels, long predictorWidth, string key, double masked)
    {
        const long TimeFeatures = 256;
        var (width, tokens, net) = ((long)config.Width, Tokens([masked]), key + "net.");
        return Block(config.Key, key, nameof(DiffusionDecoder), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {2 * pixels}]",
            // The process and the loss in float32: noisy pixels, noise, target, both halves of the answer and their losses.
            default, masked * 12 * pixels, 1,
            Block("time_embed", net + "time_embed.", nameof(DiffusionDecoderTimeEmbedding), Section, $"[{tokens}, {TimeFeatures}] -> [{tokens}, {width}]",
                Cost.Linear(masked, TimeFeatures, width) + Cost.Linear(masked, width, width), masked * (TimeFeatures + (2 * width))),
            Block("cond_embed", net + "cond_embed.", nameof(TorchSharp.Modules.Linear), Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {width}]",
                Cost.Linear(masked, predictorWidth, width), masked * (predictorWidth + (2 * width))),
            Block("input_proj", net + "input_proj.", nameof(TorchSharp.Modules.Linear), Section, $"[{tokens}, {pixels}] -> [{tokens}, {width}]",
                Cost.Linear(masked, pixels, width), masked * pixels),
            Block(Range("res_blocks", config.Depth), net + "res_blocks.", nameof(DiffusionDecoderBlock), Section, $"[{tokens}, {width}]",
                Cost.Table(2 * width) + Cost.Linear(masked, width, width) + Cost.Linear(masked, width, width) + Cost.Linear(masked, width, 3 * width),
                // Norm's input and output, shift, scale, gate, modulated, both sides of the activation, the branch.
                masked * 9 * width, config.Depth),
            Block("final_layer", net + "final_layer.", nameof(DiffusionDecoderFinalLayer), Section, $"[{tokens}, {width}] -> [{tokens}, {2 * pixels}]",
                Cost.Linear(masked, width, 2 * pixels) + Cost.Linear(masked, width, 2 * width), masked * 5 * width));
    }
}
