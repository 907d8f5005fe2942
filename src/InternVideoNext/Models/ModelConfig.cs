using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>
/// An encoder-predictor-decoder model as data. Parts that an ablation does without are null:
/// alignment only has neither predictor nor decoder, pixel only has no alignment.
/// </summary>
public sealed record ModelConfig
{
    /// <summary>The video encoder E.</summary>
    public required EncoderConfig Encoder { get; init; }

    /// <summary>The predictor P, the latent world model.</summary>
    public PredictorConfig? Predictor { get; init; }

    /// <summary>The decoder D: pixels in Stage 1, latents in Stage 2.</summary>
    public DecoderConfig? Decoder { get; init; }

    /// <summary>
    /// A pixel decoder beside the latent one, for a Stage 2 that reconstructs pixels too (an ablation of the paper); null elsewhere.
    /// </summary>
    public PixelDecoderConfig? PixelDecoder { get; init; }

    /// <summary>The heads toward an image teacher; Stage 1 only.</summary>
    public AlignmentConfig? Alignment { get; init; }

    /// <summary>Builds the model in float32 on the CPU, with weights drawn from <paramref name="generator"/>.</summary>
    /// <exception cref="ConfigurationException">A field is out of range, or parts do not fit together.</exception>
    public EncoderPredictorDecoder Build(Generator generator)
    {
        Validate();
        return new EncoderPredictorDecoder(this, generator);
    }

    /// <summary>Checks every part, and the parts against one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate()
    {
        var check = new ConfigCheck("model");
        check.Include(Encoder.Validate);
        if (Predictor is { } predictor) check.Include(predictor.Validate);
        if (Decoder is { } decoder) check.Include(decoder.Validate);
        if (PixelDecoder is { } pixels) check.Include(pixels.Validate);
        if (Alignment is { } alignment) check.Include(alignment.Validate);
        check.That(
            PixelDecoder is null || Decoder is LatentDecoderConfig,
            "pixel_decoder stands beside a latent decoder only; a pixel decoder alone is model.decoder");
        check.That(
            Decoder is null or LabelHeadsConfig || Predictor is not null,
            "decoder is set but predictor is null; a decoder reads the predictor's output");
        check.That(Alignment is null || Alignment.Layers <= Encoder.Depth,
            $"alignment.layers is {Alignment?.Layers}, but encoder.depth is {Encoder.Depth}; only existing blocks can be aligned");
        check.ThrowIfAny();
    }
}
