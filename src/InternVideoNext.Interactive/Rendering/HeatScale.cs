namespace InternVideoNext.Interactive.Rendering;

/// <summary>
/// Matplotlib's "inferno" scale (dark violet to light yellow), from nine of its colours: readable in greyscale and by the colour-blind.
/// </summary>
internal static class HeatScale
{
    private static readonly uint[] Colours =
        [0x000004, 0x1f0c48, 0x550f6d, 0x88226a, 0xba3655, 0xe35933, 0xf98c0a, 0xf9c932, 0xfcffa4];

    /// <summary>The colour at <paramref name="value"/> in [0, 1].</summary>
    public static (double Red, double Green, double Blue) At(double value)
    {
        var position = Math.Clamp(value, 0, 1) * (Colours.Length - 1);
        var index = Math.Min((int)position, Colours.Length - 2);
        var share = position - index;
        double Channel(int shift) =>
            (((Colours[index] >> shift) & 255) * (1 - share)) + (((Colours[index + 1] >> shift) & 255) * share);
        return (Channel(16), Channel(8), Channel(0));
    }
}
