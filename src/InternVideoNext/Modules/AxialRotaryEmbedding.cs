using static TorchSharp.torch;

namespace InternVideoNext.Modules;

// Shapes: B batch, H heads, N tokens of a grid, D head width, d channels of one axis, R = 3 d channels that turn

/// <summary>
/// Rotary positions on a grid as V-JEPA 2 was trained with them: d channels of a head turn by the token's frame, d by its row, d by its
/// column, the rest not at all. Within an axis the angles p f_0 .. p f_{d/2-1} are laid out twice, one after the other, while neighbouring
/// channels form the pairs that turn: so the two channels of a pair turn by different angles. That is no rotation, neither the
/// interleaved nor the rotate-half form; the released weights need exactly this.
/// </summary>
/// <param name="Cosine">[N, R].</param>
/// <param name="SignedSine">[N, R], negative at even channels.</param>
public readonly record struct AxialRotaryEmbedding(Tensor Cosine, Tensor SignedSine)
{
    private const double Base = 10000;

    /// <summary>The tables of a grid; positions are whole numbers from 0 along each axis, frames counted in tubelets.</summary>
    /// <param name="grid">T, h, w.</param>
    /// <param name="headWidth">D; d is 2 floor(floor(D / 3) / 2).</param>
    /// <param name="dtype">Type of the tables; the angles are computed in float64.</param>
    /// <param name="device">Where the tokens lie.</param>
    public static AxialRotaryEmbedding For(TokenGrid grid, long headWidth, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var half = headWidth / 3 / 2;
        var frequency = (arange(half, dtype: float64, device: device) * (-Math.Log(Base) / Math.Max(1, half))).exp(); // [d/2]
        long[] shape = [grid.Frames, grid.Height, grid.Width, half];
        var angle = cat(
            [
                .. Twice(Axis(grid.Frames).view(grid.Frames, 1, 1, half)),
                .. Twice(Axis(grid.Height).view(1, grid.Height, 1, half)),
                .. Twice(Axis(grid.Width).view(1, 1, grid.Width, half)),
            ],
            dim: 3).view(grid.Tokens, 6 * half); // [N, R]
        var sign = 1 - (2 * (arange(6 * half, device: device).remainder(2).eq(0)).to(float64));
        return new AxialRotaryEmbedding(
            angle.cos().to(dtype).MoveToOuterDisposeScope(), (angle.sin() * sign).to(dtype).MoveToOuterDisposeScope());

        Tensor Axis(int length) => outer(arange(length, dtype: float64, device: device), frequency);
        Tensor[] Twice(Tensor angles) => [angles.expand(shape), angles.expand(shape)];
    }

    /// <summary>Turns queries or keys.</summary>
    /// <param name="x">[B, H, N, D].</param>
    /// <returns>[B, H, N, D].</returns>
    public Tensor Rotate(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (turning, width) = (Cosine.size(-1), x.size(-1));
        if (turning == 0) return x.alias().MoveToOuterDisposeScope();
        var moved = x.narrow(3, 0, turning);
        var neighbours = moved.unflatten(3, [turning / 2, 2]).flip(4).flatten(3); // channel 2i has 2i + 1, and the other way round
        var turned = (moved * Cosine).addcmul(neighbours, SignedSine, 1);
        var whole = turning == width ? turned : cat([turned, x.narrow(3, turning, width - turning)], dim: 3);
        return whole.MoveToOuterDisposeScope();
    }
}
