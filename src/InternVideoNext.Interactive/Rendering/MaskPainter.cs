using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Draws masks over frames.</summary>
internal static class MaskPainter
{
    private const int Grey = 128;
    private const int HatchPeriod = 4;

    /// <summary>Reads a mask back to the host.</summary>
    /// <exception cref="ArgumentException">Not boolean, or not one entry per token of <paramref name="grid"/>.</exception>
    public static bool[] Read(Tensor mask, TokenGrid grid)
    {
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.dtype != ScalarType.Bool || mask.dim() != 1 || mask.size(0) != grid.Tokens)
            throw new ArgumentException(
                $"mask is {mask.dtype} [{string.Join(", ", mask.shape)}]; expected Bool [{grid.Tokens}], true = masked (of a TokenMask: "
                    + "ToBoolean()[clip]).",
                nameof(mask));
        using var scope = NewDisposeScope();
        return mask.detach().cpu().contiguous().data<bool>().ToArray();
    }

    /// <summary>A copy of <paramref name="frames"/> in which the masked patches are drawn over and no others.</summary>
    public static FrameStack Draw(FrameStack frames, bool[] masked, TokenGrid grid, MaskStyle style)
    {
        var result = frames.Copy();
        new PatchMap(frames, grid).Paint(result, (pixel, token, y, x) =>
        {
            if (!masked[token]) return;
            var hatched = (x + y) % HatchPeriod == 0;
            foreach (ref var value in pixel)
                value = style == MaskStyle.Hide ? (byte)Grey : Dimmed(value, hatched);
        });
        return result;
    }

    /// <summary>A copy of <paramref name="prediction"/> with the visible patches taken from <paramref name="original"/>.</summary>
    public static FrameStack Fill(FrameStack original, FrameStack prediction, bool[] masked, TokenGrid grid)
    {
        var result = prediction.Copy();
        var map = new PatchMap(original, grid);
        for (var t = 0; t < original.Count; t++)
            for (var y = 0; y < original.Height; y++)
                for (var x = 0; x < original.Width; x++)
                    if (!masked[map.Token(t, y, x)]) original.Pixel(t, y, x).CopyTo(result.Pixel(t, y, x));
        return result;
    }

    // A third of the light is left; the lighter hatching tells masked patches from dark ones, faint enough to show what is in them.
    private static byte Dimmed(byte value, bool hatched) => (byte)((value / 3) + (hatched ? 28 : 0));
}
