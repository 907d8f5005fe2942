using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>Chooses what part of the frames a clip shows (method, section 9).</summary>
public static class ClipAugmentation
{
    /// <summary>
    /// A multi-scale crop (Wang et al. 2016, "Temporal Segment Networks"): width and height each a scale of the frame's shorter
    /// side, the two scales at most one step apart in the list; a place uniform over the frame; perhaps mirrored.
    /// </summary>
    /// <param name="width">The frames' width in pixels.</param>
    /// <param name="height">The frames' height in pixels.</param>
    /// <param name="scales">Scales in 0..1, in order.</param>
    /// <param name="flipProbability">How often the clip is mirrored.</param>
    /// <param name="random">Drawn from five times, whatever comes out.</param>
    public static CropWindow Random(int width, int height, IReadOnlyList<double> scales, double flipProbability, DeterministicRandom random)
    {
        var side = Math.Min(width, height);
        var first = random.NextInt(scales.Count);
        var low = Math.Max(0, first - 1);
        var second = low + random.NextInt(Math.Min(scales.Count - 1, first + 1) - low + 1);
        var cropWidth = Scaled(side, scales[first]);
        var cropHeight = Scaled(side, scales[second]);
        var left = random.NextInt(width - cropWidth + 1);
        var top = random.NextInt(height - cropHeight + 1);
        return new CropWindow(left, top, cropWidth, cropHeight, random.NextDouble() < flipProbability);
    }

    /// <summary>
    /// The largest square in the middle: resizing it is resizing the shorter side and cropping the centre. For evaluation.
    /// </summary>
    /// <param name="width">The frames' width in pixels.</param>
    /// <param name="height">The frames' height in pixels.</param>
    /// <param name="share">Side of a smaller square over that of the largest.</param>
    public static CropWindow Centre(int width, int height, double share = 1)
    {
        var side = Scaled(Math.Min(width, height), share);
        return new CropWindow((width - side) / 2, (height - side) / 2, side, side, Flipped: false);
    }

    /// <summary>One of several largest squares, evenly spaced along the longer side from end to end; of one, the middle.</summary>
    /// <param name="width">The frames' width in pixels.</param>
    /// <param name="height">The frames' height in pixels.</param>
    /// <param name="crop">Which, from 0.</param>
    /// <param name="crops">How many there are.</param>
    public static CropWindow Along(int width, int height, int crop, int crops)
    {
        if (crops == 1) return Centre(width, height);
        var side = Math.Min(width, height);
        return new CropWindow((width - side) * crop / (crops - 1), (height - side) * crop / (crops - 1), side, side, Flipped: false);
    }

    private static int Scaled(int side, double scale) => Math.Clamp((int)Math.Round(side * scale), 1, side);
}

/// <summary>The part of a frame that a clip shows, the same in all of its frames.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Flipped">Whether left and right are exchanged.</param>
public readonly record struct CropWindow(int Left, int Top, int Width, int Height, bool Flipped);
