using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Models;

/// <summary>
/// What turns the predictor's output at masked positions into a prediction: pixels (Stage 1) or encoder features (Stage 2);
/// or, in the supervised bound, what reads classes off the encoder.
/// </summary>
[KindNamedBy("kind", "decoder")]
public abstract record DecoderConfig
{
    /// <summary>The name under which a model registers this decoder: the prefix of its keys in a checkpoint.</summary>
    [JsonIgnore]
    public abstract string Key { get; }

    /// <summary>Checks the fields against their ranges.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public abstract void Validate();

    /// <summary>The share of the masked tokens that a step computes; above 1 where each is computed several times.</summary>
    [JsonIgnore]
    public virtual double ReadShare => 1;

    /// <summary>The decoder as a tree of blocks.</summary>
    /// <param name="encoder">The encoder's sizes.</param>
    /// <param name="predictorWidth">Cp; 0 without a predictor.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="masked">Tokens of a clip that it computes, over all masks of a step.</param>
    public abstract BlockDescription Describe(EncoderConfig encoder, int predictorWidth, string key, double masked);

    internal const string Section = "decoder D (method 3)";
}
