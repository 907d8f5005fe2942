using System.Text.Json.Serialization;
using InternVideoNext.Configuration;

namespace InternVideoNext.Models;

/// <summary>
/// What turns the predictor's output at masked positions into a prediction: pixels (Stage 1) or encoder features (Stage 2);
/// or, in the supervised bound, what reads classes off the encoder.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DiffusionDecoderConfig), "diffusion")]
[JsonDerivedType(typeof(LinearPixelDecoderConfig), "linear_pixel")]
[JsonDerivedType(typeof(LatentDecoderConfig), "latent")]
[JsonDerivedType(typeof(LabelHeadsConfig), "label_heads")]
public abstract record DecoderConfig
{
    /// <summary>The name under which a model registers this decoder: the prefix of its keys in a checkpoint.</summary>
    [JsonIgnore]
    public abstract string Key { get; }

    /// <summary>Checks the fields against their ranges.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public abstract void Validate();
}
