using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// Curves over a common axis, as an inline SVG. It takes its ink from the page (light or dark) and its letters from the
/// reader's own sans-serif font, so that nothing needs to be installed where it is drawn.
/// </summary>
/// <param name="title">Shown above the curves.</param>
/// <param name="xLabel">What the horizontal axis counts, with its unit.</param>
/// <param name="yLabel">What the vertical axis measures, with its unit.</param>
/// <param name="series">The curves, in legend order. None, or empty ones, are allowed: the chart then says that there are no data.</param>
public sealed class LineChart(string title, string xLabel, string yLabel, params IReadOnlyList<LineSeries> series) : HtmlView
{
    /// <summary>Shown above the curves.</summary>
    public string Title { get; } = title;

    /// <summary>What the horizontal axis counts.</summary>
    public string XLabel { get; } = xLabel;

    /// <summary>What the vertical axis measures.</summary>
    public string YLabel { get; } = yLabel;

    /// <summary>The curves, in legend order.</summary>
    public IReadOnlyList<LineSeries> Series { get; } = [.. series];

    /// <summary>Whether the vertical axis is logarithmic; values that are not positive are then gaps.</summary>
    public bool LogY { get; init; }

    /// <summary>
    /// Weight of the past in an exponential moving average, in [0, 1), corrected for its start. Above 0 the averaged curve
    /// is drawn over the raw one, which is faint.
    /// </summary>
    public double Smoothing { get; init; }

    /// <summary>A curve of more points is thinned to about as many, keeping the lowest and highest of each stretch.</summary>
    public int MaxPoints { get; init; } = 1500;

    /// <summary>Width of the drawing in its own units; on a page it shrinks to fit.</summary>
    public int Width { get; init; } = 680;

    /// <summary>Height of the plotted area in the same units.</summary>
    public int PlotHeight { get; init; } = 240;

    /// <inheritdoc/>
    public override string ToHtml() => Figure(ChartDrawing.Draw(this, standalone: false), Caption);

    /// <summary>The chart as the text of an .svg file, for image/svg+xml outputs and READMEs; light or dark as the reader prefers.</summary>
    public string ToSvg() => ChartDrawing.Draw(this, standalone: true).Text;

    /// <summary>Saves <see cref="ToSvg"/>: written aside, then renamed.</summary>
    public void Save(string path) => ReplacedFile.Write(path, System.Text.Encoding.UTF8.GetBytes(ToSvg()));

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(LineChart)}: {Title} ({string.Join(", ", Series.Select(curve => curve.Name))})";
}
