using System.Text.Json.Serialization;
using InternVideoNext.Configuration;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>A decoder whose target is the masked tokens' pixels.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DiffusionDecoderConfig), "diffusion")]
[JsonDerivedType(typeof(LinearPixelDecoderConfig), "linear_pixel")]
public abstract record PixelDecoderConfig : DecoderConfig
{
    /// <summary>Makes the decoder, on the CPU in float32, with every parameter drawn from <paramref name="generator"/>.</summary>
    /// <param name="predictorWidth">Cp, width of the predictor's output.</param>
    /// <param name="pixels">P, numbers in a token's patch: 3 times the square of the patch side.</param>
    /// <param name="generator">A generator on the CPU.</param>
    /// <exception cref="ConfigurationException">A width, a depth or a count is not positive; the message names every one.</exception>
    public abstract PixelDecoder Build(int predictorWidth, int pixels, Generator generator);
}
