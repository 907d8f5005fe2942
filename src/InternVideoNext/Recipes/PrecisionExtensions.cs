using TorchSharp;

namespace InternVideoNext.Recipes;

/// <summary>Maps <see cref="Precision"/> to tensor types.</summary>
public static class PrecisionExtensions
{
    /// <summary>The type of weights and activations.</summary>
    public static torch.ScalarType ScalarType(this Precision precision) =>
        precision == Precision.Bfloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
}
