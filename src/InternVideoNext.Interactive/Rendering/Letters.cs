using System.Globalization;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>
/// The outlines of Open Sans, which comes with this assembly: a saved picture's letters must not depend on the fonts of the machine
/// that draws it.
/// </summary>
internal static class Letters
{
    private const double Em = 2048, SemiboldFrom = 550;
    private const int CurvePieces = 6; // letters are small

    private static readonly Dictionary<(int Weight, int Code), Glyph> Glyphs = Read();

    /// <summary>A line of text as contours to be filled, its baseline at y = 0, from x = 0 on, and how wide it is.</summary>
    /// <param name="text">A letter that the font lacks is drawn as a question mark.</param>
    /// <param name="size">The size of an em.</param>
    /// <param name="weight">400 is regular; from 550 on it is drawn semibold.</param>
    public static (IReadOnlyList<IReadOnlyList<(double X, double Y)>> Contours, double Width) Outline(
        string text, double size, double weight)
    {
        var (scale, at) = (size / Em, 0.0);
        var contours = new List<IReadOnlyList<(double, double)>>();
        foreach (var rune in text.EnumerateRunes())
        {
            var key = (weight >= SemiboldFrom ? 600 : 400, rune.Value);
            var glyph = Glyphs.TryGetValue(key, out var known) ? known : Glyphs[(key.Item1, '?')];
            foreach (var contour in glyph.Contours) contours.Add([.. contour.Select(point => (at + (point.X * scale), -point.Y * scale))]);
            at += glyph.Advance * scale;
        }
        return (contours, at);
    }

    private static Dictionary<(int, int), Glyph> Read()
    {
        using var reader = new StreamReader(typeof(Letters).Assembly.GetManifestResourceStream("open-sans.glyphs")!);
        var glyphs = new Dictionary<(int, int), Glyph>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var fields = line.Split(' ', 4);
            var code = int.Parse(fields[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            glyphs[(Whole(fields[0]), code)] = new Glyph(Whole(fields[2]), Contours.Of(fields[3], CurvePieces));
        }
        return glyphs;

        static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    private sealed record Glyph(double Advance, IReadOnlyList<IReadOnlyList<(double X, double Y)>> Contours);
}
