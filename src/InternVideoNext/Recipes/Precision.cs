using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>The arithmetic of weights and activations.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Precision>))]
public enum Precision
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>bfloat16 weights and activations, float32 master weights, moments and diffusion loss.</summary>
    Bfloat16,
}
