using InternVideoNext.Modules;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Which token a pixel belongs to, for a clip cut into the patches of a grid.</summary>
internal readonly struct PatchMap
{
    private readonly TokenGrid _grid;
    private readonly int _frames;
    private readonly int _rows;
    private readonly int _columns;

    /// <exception cref="ArgumentException">The clip's size is no multiple of the grid's.</exception>
    public PatchMap(FrameStack clip, TokenGrid grid)
    {
        if (grid.Tokens <= 0 || clip.Count % grid.Frames != 0 || clip.Height % grid.Height != 0 || clip.Width % grid.Width != 0)
            throw new ArgumentException(
                $"A clip of {clip.Count} frames of {clip.Height} x {clip.Width} pixels cannot be cut into a grid of "
                + $"{grid.Frames} x {grid.Height} x {grid.Width} tokens: each size must be a multiple.", nameof(grid));
        _grid = grid;
        _frames = clip.Count / grid.Frames;
        _rows = clip.Height / grid.Height;
        _columns = clip.Width / grid.Width;
    }

    /// <summary>The token's index in (t, h, w) order.</summary>
    public int Token(int t, int y, int x) =>
        (((t / _frames * _grid.Height) + (y / _rows)) * _grid.Width) + (x / _columns);

    /// <summary>Calls <paramref name="paint"/> with every pixel of <paramref name="frames"/> and its token.</summary>
    public void Paint(FrameStack frames, Painter paint)
    {
        for (var t = 0; t < frames.Count; t++)
            for (var y = 0; y < frames.Height; y++)
                for (var x = 0; x < frames.Width; x++)
                    paint(frames.Pixel(t, y, x), Token(t, y, x), y, x);
    }

    /// <param name="pixel">Three bytes to change.</param>
    /// <param name="token">The token's index.</param>
    /// <param name="y">The pixel's row.</param>
    /// <param name="x">The pixel's column.</param>
    public delegate void Painter(Span<byte> pixel, int token, int y, int x);
}
