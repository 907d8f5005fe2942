using System.Globalization;
using InternVideoNext.Models;

namespace InternVideoNext.Recipes;

/// <summary>What a configuration may have, but hardly anybody wants.</summary>
public static class ConfigWarnings
{
    // The paper's decoder: 1536 wide for patches of 3 x 14 x 14 numbers.
    private const double PaperRatio = 1536.0 / 588;

    /// <summary>One sentence for each; empty where there is nothing to say.</summary>
    public static IReadOnlyList<string> Of(RunConfig config)
    {
        var numbers = 3 * config.Model.Encoder.PatchSize * config.Model.Encoder.PatchSize;
        return
        [
            .. ((DecoderConfig?[])[config.Model.Decoder, config.Model.PixelDecoder]).OfType<DiffusionDecoderConfig>()
                .Where(d => d.Width < numbers)
                .Select(d => string.Create(CultureInfo.InvariantCulture,
                    $"the diffusion decoder's width, {d.Width}, is below the {numbers} numbers of a patch whose noise it estimates: "
                        + $"what is wider than its stream cannot pass, whatever the training, and the decoder will not listen to the "
                        + $"predictor. The paper's is {PaperRatio:0.0} times as wide as its patch (here "
                        + $"{Math.Ceiling(PaperRatio * numbers):0})")),
        ];
    }
}
