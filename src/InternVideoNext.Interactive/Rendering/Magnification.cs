namespace InternVideoNext.Interactive.Rendering;

/// <summary>How large small frames are shown: every pixel as k x k, k a whole number, so that none is wider than another.</summary>
internal static class Magnification
{
    /// <summary>The widest that frames side by side become by being enlarged, in CSS pixels.</summary>
    public const int WidestShown = 1100;

    private const int FrameShown = 256; // CSS pixels
    private const int LargestEnlarged = 64; // pixels: larger frames can be made out as they are

    /// <summary>k for one frame, or for frames shown in turn.</summary>
    /// <param name="frameWidth">Pixels.</param>
    public static int OfFrame(int frameWidth) => Math.Max(1, FrameShown / frameWidth);

    /// <summary>k for frames side by side; the more of them, the less.</summary>
    /// <param name="frames">How many.</param>
    /// <param name="frameWidth">Pixels of one.</param>
    public static int OfStrip(int frames, int frameWidth)
    {
        if (frameWidth > LargestEnlarged) return 1;
        return Math.Clamp(WidestShown / ((frames * (frameWidth + 1)) - 1), 1, OfFrame(frameWidth));
    }
}
