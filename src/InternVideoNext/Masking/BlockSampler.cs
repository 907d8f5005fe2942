using InternVideoNext.Foundation;

namespace InternVideoNext.Masking;

/// <summary>
/// Draws the rectangles of multi-block masking. Two rules keep at least one position of every frame visible, whatever the
/// grid. A block as large as the frame loses a column (a row where there is one column). And a clip whose blocks cover the
/// frame is drawn again, as in the released code; after 100 such draws, blocks that would complete the cover are left out.
/// </summary>
internal sealed class BlockSampler
{
    private const int MaxRedraws = 100;

    private readonly int _height;
    private readonly int _width;
    private readonly double _aspectMin;
    private readonly double _aspectMax;

    /// <summary>A sampler for one grid.</summary>
    /// <param name="height">Rows of tokens in a frame.</param>
    /// <param name="width">Columns of tokens in a frame; the frame has at least two positions.</param>
    /// <param name="aspectMin">Smallest ratio of height to width of a block.</param>
    /// <param name="aspectMax">Largest ratio of height to width of a block.</param>
    public BlockSampler(int height, int width, double aspectMin, double aspectMax)
    {
        _height = height;
        _width = width;
        _aspectMin = aspectMin;
        _aspectMax = aspectMax;
    }

    /// <summary>Draws the size of a batch's blocks: height = round(sqrt(area * aspect)), width = round(sqrt(area / aspect)).</summary>
    /// <param name="scale">Area as a share of the frame; it is rounded down to whole tokens.</param>
    /// <param name="random">Source of the aspect ratio.</param>
    /// <returns>Both at least 1, at most the frame's, and not both the frame's.</returns>
    public (int Height, int Width) DrawSize(double scale, DeterministicRandom random)
    {
        var area = Math.Floor(_height * _width * scale);
        var aspect = random.Uniform(_aspectMin, _aspectMax);
        var height = Math.Clamp((int)Math.Round(Math.Sqrt(area * aspect)), 1, _height);
        var width = Math.Clamp((int)Math.Round(Math.Sqrt(area / aspect)), 1, _width);
        if (height < _height || width < _width) return (height, width);
        return _width > 1 ? (_height, _width - 1) : (_height - 1, 1);
    }

    /// <summary>Places blocks at uniformly random positions and gives what they leave uncovered.</summary>
    /// <param name="size">Height and width of every block.</param>
    /// <param name="count">Blocks.</param>
    /// <param name="random">Source of the positions.</param>
    /// <returns>The visible positions of a frame, ascending, row-major; at least one.</returns>
    public int[] DrawVisible((int Height, int Width) size, int count, DeterministicRandom random)
    {
        var covered = new bool[_height * _width];
        for (var attempt = 0; attempt <= MaxRedraws; attempt++)
        {
            Array.Clear(covered);
            for (var block = 0; block < count; block++) Place(covered, size, random, spareLast: attempt == MaxRedraws);
            if (covered.Contains(false)) break;
        }
        return [.. Enumerable.Range(0, covered.Length).Where(position => !covered[position])];
    }

    private void Place(bool[] covered, (int Height, int Width) size, DeterministicRandom random, bool spareLast)
    {
        var top = random.NextInt(_height - size.Height + 1);
        var left = random.NextInt(_width - size.Width + 1);
        if (spareLast && WouldCover(covered, size, top, left)) return;
        for (var row = top; row < top + size.Height; row++)
            covered.AsSpan((row * _width) + left, size.Width).Fill(true);
    }

    private bool WouldCover(bool[] covered, (int Height, int Width) size, int top, int left)
    {
        for (var position = 0; position < covered.Length; position++)
        {
            var (row, column) = (position / _width, position % _width);
            var inside = row >= top && row < top + size.Height && column >= left && column < left + size.Width;
            if (!inside && !covered[position]) return false;
        }
        return true;
    }
}
