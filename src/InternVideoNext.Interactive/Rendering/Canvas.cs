namespace InternVideoNext.Interactive.Rendering;

/// <summary>An opaque picture to paint smooth shapes on, in pixels. White at first.</summary>
/// <param name="width">Pixels in a row.</param>
/// <param name="height">Rows.</param>
internal sealed class Canvas(int width, int height)
{
    private const int DiscCorners = 16, Samples = 8; // lines sampled in a row; along them edges are exact

    private readonly byte[] _pixels = [.. Enumerable.Repeat(byte.MaxValue, width * height * 3)];

    // Where a shape's edges cross the lines that are sampled, and which way they go there.
    private readonly List<(double X, int Turn)>[] _crossings =
        [.. Enumerable.Range(0, height * Samples).Select(_ => new List<(double, int)>())];
    private readonly double[] _covered = new double[width];

    /// <summary>What was painted.</summary>
    public Picture ToPicture() => new(width, height, _pixels);

    /// <summary>Fills contours, closing each; contours that turn the same way are united, holes turn the other way.</summary>
    public void Fill(IEnumerable<IReadOnlyList<(double X, double Y)>> contours, (byte R, byte G, byte B) ink, double opacity)
    {
        var (top, bottom) = (height, 0);
        foreach (var contour in contours)
        {
            for (var i = 0; i < contour.Count; i++) AddEdge(contour[i], contour[(i + 1) % contour.Count]);
            if (contour.Count == 0) continue;
            top = Math.Min(top, (int)Math.Clamp(Math.Floor(contour.Min(point => point.Y)), 0, height));
            bottom = Math.Max(bottom, (int)Math.Clamp(Math.Ceiling(contour.Max(point => point.Y)), 0, height));
        }
        for (var y = top; y < bottom; y++) Blend(y, ink, opacity);
    }

    /// <summary>Draws lines with round corners and blunt ends.</summary>
    public void Stroke(
        IEnumerable<IReadOnlyList<(double X, double Y)>> contours, double thickness, (byte R, byte G, byte B) ink, double opacity) =>
        Fill(contours.SelectMany(contour => Outlines(contour, thickness / 2)), ink, opacity);

    // A rectangle for each piece and a disc for each corner, all turning the same way.
    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Outlines(IReadOnlyList<(double X, double Y)> line, double half)
    {
        for (var i = 0; i + 1 < line.Count; i++)
        {
            var (from, to) = (line[i], line[i + 1]);
            var length = Math.Sqrt(((to.X - from.X) * (to.X - from.X)) + ((to.Y - from.Y) * (to.Y - from.Y)));
            if (length == 0) continue;
            var (x, y) = (-(to.Y - from.Y) / length * half, (to.X - from.X) / length * half);
            yield return [(from.X - x, from.Y - y), (to.X - x, to.Y - y), (to.X + x, to.Y + y), (from.X + x, from.Y + y)];
        }
        var isClosed = line.Count > 2 && line[0] == line[^1];
        for (var i = isClosed ? 0 : 1; i + 1 < line.Count; i++) yield return Disc(line[i], half);
    }

    /// <summary>A circle's corners.</summary>
    public static IReadOnlyList<(double X, double Y)> Disc((double X, double Y) centre, double radius)
    {
        var corners = Math.Max(DiscCorners, (int)(3 * Math.Sqrt(radius)));
        return [.. Enumerable.Range(0, corners).Select(i => 2 * Math.PI * i / corners)
            .Select(angle => (centre.X + (radius * Math.Cos(angle)), centre.Y + (radius * Math.Sin(angle))))];
    }

    private void AddEdge((double X, double Y) from, (double X, double Y) to)
    {
        var (upper, lower) = from.Y < to.Y ? (from, to) : (to, from);
        var first = Math.Max(0, (int)Math.Ceiling((upper.Y * Samples) - 0.5));
        for (var line = first; line < _crossings.Length && line + 0.5 < lower.Y * Samples; line++)
        {
            var share = (((line + 0.5) / Samples) - upper.Y) / (lower.Y - upper.Y);
            _crossings[line].Add((upper.X + (share * (lower.X - upper.X)), from.Y < to.Y ? 1 : -1));
        }
    }

    private void Blend(int y, (byte R, byte G, byte B) ink, double opacity)
    {
        for (var line = y * Samples; line < (y + 1) * Samples; line++) Cover(_crossings[line]);
        for (var x = 0; x < width; x++)
        {
            if (_covered[x] == 0) continue;
            var share = Math.Min(1, _covered[x]) * opacity;
            var pixel = _pixels.AsSpan(((y * width) + x) * 3, 3);
            pixel[0] = Mix(pixel[0], ink.R);
            pixel[1] = Mix(pixel[1], ink.G);
            pixel[2] = Mix(pixel[2], ink.B);

            byte Mix(byte paper, byte colour) => (byte)Math.Round(paper + (share * (colour - paper)));
        }
        Array.Clear(_covered);
    }

    // From where the turns begin to add up to something to where they are undone.
    private void Cover(List<(double X, int Turn)> crossings)
    {
        crossings.Sort((a, b) => a.X.CompareTo(b.X));
        var (turns, from) = (0, 0.0);
        foreach (var (x, turn) in crossings)
        {
            if (turns == 0) from = x;
            turns += turn;
            if (turns == 0) Cover(Math.Clamp(from, 0, width), Math.Clamp(x, 0, width));
        }
        crossings.Clear();
    }

    private void Cover(double from, double to)
    {
        for (var x = (int)from; x < to; x++) _covered[x] += (Math.Min(x + 1, to) - Math.Max(x, from)) / Samples;
    }
}
