using TorchSharp;

namespace InternVideoNext.Recipes;

/// <summary>The arithmetic of weights and activations.</summary>
public enum Precision
{
    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>bfloat16 weights and activations, float32 master weights, moments and diffusion loss.</summary>
    Bfloat16,
}

/// <summary>Maps <see cref="Precision"/> to tensor types.</summary>
public static class PrecisionExtensions
{
    /// <summary>The type of weights and activations.</summary>
    public static torch.ScalarType ScalarType(this Precision precision) =>
        precision == Precision.Bfloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
}
