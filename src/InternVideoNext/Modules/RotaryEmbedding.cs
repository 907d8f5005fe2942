using static TorchSharp.torch;

namespace InternVideoNext.Modules;

// Shapes: B batch, N sequence, H heads, D head width

/// <summary>
/// Rotary position embedding over the sequence index (Su et al. 2021), rotate-half convention: channel i and channel
/// i + D/2 turn together by the angle n * theta^(-2i/D).
/// </summary>
/// <param name="Cosine">[N, 1, D].</param>
/// <param name="SignedSine">[N, 1, D], negative in the first half.</param>
public readonly record struct RotaryEmbedding(Tensor Cosine, Tensor SignedSine)
{
    /// <summary>The tables for a sequence, made on the device from nothing.</summary>
    /// <param name="length">N.</param>
    /// <param name="headWidth">D, even.</param>
    /// <param name="theta">Base of the angles.</param>
    /// <param name="dtype">Type of the tables; the angles are computed in float32.</param>
    /// <param name="device">Where the sequence lies.</param>
    public static RotaryEmbedding For(long length, long headWidth, double theta, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        // The reference's order of operations: at position 4000 another rounding of a frequency is already visible.
        var exponent = arange(0, headWidth, 2, dtype: float32, device: device).div_(headWidth);
        var frequency = full_like(exponent, theta).pow_(exponent).reciprocal_();
        var angle = outer(arange(length, dtype: float32, device: device), frequency); // [N, D/2]
        var (cosine, sine) = (angle.cos(), angle.sin());
        return new RotaryEmbedding(
            cat([cosine, cosine], dim: 1).to(dtype).unsqueeze_(1).MoveToOuterDisposeScope(),
            cat([-sine, sine], dim: 1).to(dtype).unsqueeze_(1).MoveToOuterDisposeScope());
    }

    /// <summary>Turns queries or keys.</summary>
    /// <param name="x">[B, N, H, D].</param>
    /// <returns>[B, N, H, D].</returns>
    public Tensor Rotate(Tensor x)
    {
        using var scope = NewDisposeScope();
        return (x * Cosine).addcmul(x.roll(x.size(-1) / 2, -1), SignedSine, 1).MoveToOuterDisposeScope();
    }
}
