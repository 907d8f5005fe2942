using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Modules;

/// <summary>Which form of the Gaussian error linear unit a network computes.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<GeluKind>))]
public enum GeluKind
{
    /// <summary>x * Phi(x) with the error function: the released inference code, and the default.</summary>
    Exact,

    /// <summary>The tanh approximation: the authors' training kernels, and SigLIP.</summary>
    Tanh,
}
