using System.Text.Json.Serialization;
using InternVideoNext.Configuration;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Sizes of a predictor; the kind says which body it has.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ModernBertPredictorConfig), "modern_bert")]
[JsonDerivedType(typeof(VitPredictorConfig), "vit")]
public abstract record PredictorConfig
{
    /// <summary>How the body starts.</summary>
    public PredictorInitialization Initialization { get; init; } = PredictorInitialization.Random;

    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>Layers of the body.</summary>
    [JsonIgnore]
    public abstract int LayerCount { get; }

    /// <summary>Makes the predictor of an encoder, with initial weights.</summary>
    /// <param name="encoder">Whose tokens it completes.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public Predictor Build(EncoderConfig encoder, Generator generator)
    {
        encoder.Validate();
        Validate();
        return new Predictor(encoder, BuildBody(generator), InitStd, generator);
    }

    /// <summary>Checks the fields against their ranges and one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public abstract void Validate();

    /// <summary>Makes the body alone.</summary>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public abstract PredictorBody BuildBody(Generator generator);
}
