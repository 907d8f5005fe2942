using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// Curves over a common axis, as an inline SVG. It takes its ink from the page (light or dark) and its letters from the
/// reader's own sans-serif font, so that nothing needs to be installed where it is drawn.
/// </summary>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public sealed class LineChart : HtmlView
{
    /// <summary>A chart of some curves.</summary>
    /// <param name="title">Shown above the curves.</param>
    /// <param name="xLabel">What the horizontal axis counts, with its unit.</param>
    /// <param name="yLabel">What the vertical axis measures, with its unit.</param>
    /// <param name="series">
    /// The curves, in legend order. None, or empty ones, are allowed: the chart then says that there are no data.
    /// </param>
    public LineChart(string title, string xLabel, string yLabel, IEnumerable<LineSeries> series) =>
        (Title, XLabel, YLabel, Series) = (title, xLabel, yLabel, [.. series]);

    /// <inheritdoc cref="LineChart(string, string, string, IEnumerable{LineSeries})"/>
    public LineChart(string title, string xLabel, string yLabel, params LineSeries[] series)
        : this(title, xLabel, yLabel, (IEnumerable<LineSeries>)series)
    {
    }

    /// <summary>Shown above the curves.</summary>
    public string Title { get; }

    /// <summary>What the horizontal axis counts.</summary>
    public string XLabel { get; }

    /// <summary>What the vertical axis measures.</summary>
    public string YLabel { get; }

    /// <summary>The curves, in legend order.</summary>
    public IReadOnlyList<LineSeries> Series { get; }

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
    public override IReadOnlyDictionary<string, string> ToStaticBundle()
    {
        var picture = ToPicture();
        return picture.Bundle(picture.Width, ToString());
    }

    /// <inheritdoc/>
    public override string? ToStaticCaption() => Caption;

    /// <inheritdoc/>
    public override string ToHtml() => Figure(ChartDrawing.Draw(this, standalone: false), Caption);

    /// <summary>The chart as the text of an .svg file: dark ink on white paper, whatever page it stands on.</summary>
    public string ToSvg() => ChartDrawing.Draw(this, standalone: true).Text;

    /// <summary>
    /// The chart as a picture, for saved notebooks: pages of code hosts, and some converters, show no SVG. Its letters are those of
    /// Open Sans, which comes along.
    /// </summary>
    /// <param name="scale">Pixels for each unit of the drawing.</param>
    public Picture ToPicture(double scale = 1.5) => SvgPainter.Paint(ToSvg(), scale);

    /// <summary>Saves <see cref="ToSvg"/>: written aside, then renamed.</summary>
    public void Save(string path) => ReplacedFile.Write(path, System.Text.Encoding.UTF8.GetBytes(ToSvg()));

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(LineChart)}: {Title} ({string.Join(", ", Series.Select(curve => curve.Name))})";
}
