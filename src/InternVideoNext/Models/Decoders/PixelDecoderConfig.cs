using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>A decoder whose target is the masked tokens' pixels.</summary>
[KindNamedBy("kind", "pixel_decoder")]
public abstract record PixelDecoderConfig : DecoderConfig
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string Key => "pixel_decoder";

    /// <summary>Makes the decoder, on the CPU in float32, with every parameter drawn from <paramref name="generator"/>.</summary>
    /// <param name="predictorWidth">Cp, width of the predictor's output.</param>
    /// <param name="pixels">P, numbers in a token's patch: 3 times the square of the patch side.</param>
    /// <param name="generator">A generator on the CPU.</param>
    /// <exception cref="ConfigurationException">A width, a depth or a count is not positive; the message names every one.</exception>
    public abstract PixelDecoder Build(int predictorWidth, int pixels, Generator generator);

    /// <inheritdoc/>
    /// <remarks>Where a kind says no more of itself, it is built once and its parameters are counted.</remarks>
    public override BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked)
    {
        var pixels = 3 * encoder.PatchSize * encoder.PatchSize;
        using var generator = new Generator(0, CPU);
        using var decoder = Build(predictorWidth, pixels, generator);
        var tokens = BlockTree.Tokens([masked]);
        return BlockTree.OfModule(decoder, Key, key, Section, $"[{tokens}, {predictorWidth}] -> [{tokens}, {pixels}]", masked);
    }
}
