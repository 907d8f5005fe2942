namespace InternVideoNext.Interactive.Rendering;

/// <summary>
/// Places legend entries in rows. Widths are estimated, generously: the reader's font is not known where the chart is drawn.
/// </summary>
internal sealed class ChartLegend
{
    private const double Character = 6.8; // wide for 12 px sans-serif
    private const double Marker = 22;
    private const double Space = 14;
    private const double LineHeight = 18;
    private const double FirstBaseline = 36;

    public ChartLegend(IReadOnlyList<string> names, double width)
    {
        var entries = new List<(double X, double Y, string Label)>();
        var x = 0.0;
        var row = 0;
        foreach (var name in names)
        {
            var label = Shorten(name, width - Marker);
            var needed = Marker + TextWidth(label);
            if (x > 0 && x + needed > width) (x, row) = (0, row + 1);
            entries.Add((x, FirstBaseline + (row * LineHeight), label));
            x += needed + Space;
        }

        Entries = entries;
        Rows = entries.Count == 0 ? 0 : row + 1;
    }

    public IReadOnlyList<(double X, double Y, string Label)> Entries { get; }

    public int Rows { get; }

    public static double TextWidth(string text) => text.Length * Character;

    private static string Shorten(string name, double width)
    {
        var room = (int)(width / Character);
        return name.Length <= room ? name : name[..Math.Max(0, room - 1)] + "…";
    }
}
