using InternVideoNext.Ablations;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// Rows of measurements on one axis: every seed a faint dot, the mean a full one, and through it Student's 95 % interval over the
/// seeds where there are several. What overlaps is not told apart.
/// </summary>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public sealed class IntervalChart : HtmlView
{
    /// <summary>A chart of some rows.</summary>
    /// <param name="title">Shown above the rows.</param>
    /// <param name="label">What the axis measures, with its unit.</param>
    /// <param name="rows">From top to bottom; a row without values is named and left empty.</param>
    public IntervalChart(string title, string label, IEnumerable<IntervalRow> rows) => (Title, Label, Rows) = (title, label, [.. rows]);

    /// <summary>Shown above the rows.</summary>
    public string Title { get; }

    /// <summary>What the axis measures.</summary>
    public string Label { get; }

    /// <summary>From top to bottom.</summary>
    public IReadOnlyList<IntervalRow> Rows { get; }

    /// <summary>A value to hold the rows against, such as chance: a red line; null for none.</summary>
    public double? Reference { get; init; }

    /// <summary>Width of the drawing in its own units; on a page it shrinks to fit.</summary>
    public int Width { get; init; } = 680;

    /// <summary>The rows' accuracies on a label, in per cent.</summary>
    /// <param name="summaries">From <see cref="AblationSummary.Of"/>.</param>
    /// <param name="chance">The label's chance, 0..1, drawn as a reference; null for none.</param>
    public static IntervalChart Of(IReadOnlyList<AblationSummary> summaries, double? chance = null)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        var title = string.Join(", ", summaries.Select(summary => $"{summary.Label}, {summary.Protocol}").Distinct());
        return new IntervalChart(
            $"Top-1 on {title}", "%",
            summaries.Select(summary => new IntervalRow(summary.Row.Title, [.. summary.Values.Select(value => 100 * value)])))
        { Reference = 100 * chance };
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle()
    {
        var picture = ToPicture();
        return picture.Bundle(picture.Width, ToString());
    }

    /// <inheritdoc/>
    public override string? ToStaticCaption() => Caption;

    /// <inheritdoc/>
    public override string ToHtml() => Figure(IntervalDrawing.Draw(this, standalone: false), Caption);

    /// <summary>The chart as the text of an .svg file: dark ink on white paper, whatever page it stands on.</summary>
    public string ToSvg() => IntervalDrawing.Draw(this, standalone: true).Text;

    /// <summary>The chart as a picture, for saved notebooks.</summary>
    /// <param name="scale">Pixels for each unit of the drawing.</param>
    public Picture ToPicture(double scale = 1.5) => SvgPainter.Paint(ToSvg(), scale);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(IntervalChart)}: {Title} ({string.Join("; ", Rows)})";
}

/// <summary>A row of an <see cref="IntervalChart"/>.</summary>
/// <param name="Name">Shown beside it.</param>
/// <param name="Values">One a seed.</param>
public sealed record IntervalRow(string Name, IReadOnlyList<double> Values)
{
    private const double Level = 0.95;

    /// <summary>Student's 95 % interval over the seeds; null with fewer than two.</summary>
    public (double Low, double High)? Interval =>
        Values.Count > 1 && StudentT.Interval(Values, Level) is var interval ? (interval.Low, interval.High) : null;

    /// <inheritdoc/>
    public override string ToString() => Values.Count == 0
        ? $"{Name}: –"
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name}: {Values.Average():0.0}");
}
