using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>
/// Base of the views that draw frames beside each other, in one row or in several that line up. Frames of up to 64 pixels are shown
/// enlarged by a whole factor, each at most 256 CSS pixels wide and the row at most 1100; saved pictures by the same factor.
/// </summary>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public abstract class FramesView : HtmlView
{
    private protected FramesView()
    {
    }

    /// <summary>At most this many frames are drawn, evenly spaced over the clip, the first and the last among them.</summary>
    public int MaxFrames { get; init; } = 8;

    /// <summary>Frames wider or higher than this many pixels are shrunk by a whole factor, to keep documents small.</summary>
    public int MaxFrameSize { get; init; } = 128;

    /// <summary>The rows to draw, every one with as many frames.</summary>
    private protected abstract IReadOnlyList<FrameRow> Rows();

    /// <summary>Pixels of a row's frames for one of the clip, in each direction: above 1 where something finer is drawn.</summary>
    private protected virtual int Fineness => 1;

    /// <summary>What the reader needs to know beyond the caption, or null.</summary>
    private protected virtual string? Legend => null;

    /// <summary>All rows as one static picture without labels, transparent between the frames.</summary>
    public Picture ToPicture()
    {
        var rows = Rows();
        var drawn = rows.Select(row => Draw(row, Pick(rows))).ToList();
        return StripComposer.Stack([.. drawn.Select(row => row.Picture)], Gap(drawn[0].Scale));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle()
    {
        // Pages that show a saved picture do not enlarge it.
        var rows = Rows();
        var picture = ToPicture();
        return picture.Bundle(picture.Width * Draw(rows[0], Pick(rows)).Scale, FullText());
    }

    /// <inheritdoc/>
    public override string? ToStaticCaption() => FullText();

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var rows = Rows();
        var picked = Pick(rows);
        var lines = rows.Select(row => Line(row.Label, Draw(row, picked)));
        return Figure(Markup.Join(lines), FullCaption(rows[0].Frames.Count, picked));
    }

    private string FullText()
    {
        var rows = Rows();
        var labels = string.Join("; ", rows.Select(row => row.Label).Where(label => label.Length > 0));
        return $"{(labels.Length > 0 ? $"Rows, from the top: {labels}. " : "")}{FullCaption(rows[0].Frames.Count, Pick(rows))}".Trim();
    }

    private FrameStack Prepare(FrameStack frames, IReadOnlyList<int> picked)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameSize, 1);
        var largest = MaxFrameSize * Fineness;
        return frames.Select(picked).Shrink((Math.Max(frames.Width, frames.Height) + largest - 1) / largest);
    }

    private IReadOnlyList<int> Pick(IReadOnlyList<FrameRow> rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrames, 1);
        return StripComposer.Pick(rows[0].Frames.Count, MaxFrames);
    }

    private (Picture Picture, int Scale) Draw(FrameRow row, IReadOnlyList<int> picked)
    {
        var frames = Prepare(row.Frames, picked);
        var subject = row.Label.Length > 0 ? row.Label : Caption ?? GetType().Name;
        var alt = picked.Count == 1 ? $"{subject}: one frame" : $"{subject}: {picked.Count} frames side by side";
        var scale = Magnification.OfStrip(frames.Count, frames.Width);
        return (StripComposer.Strip(frames, Gap(scale), alt), scale);
    }

    // A pixel of the clip where frames are enlarged.
    private int Gap(int scale) => scale > 1 ? 1 : Math.Max(3, Fineness);

    private static Markup Line(string label, (Picture Picture, int Scale) strip)
    {
        var (picture, scale) = strip;
        var image = Picture.ImageTag(picture.ToDataUri(), picture.Width * scale, scale > 1, picture.Alt);
        // Above the frames: beside them it would take the room that they are enlarged into.
        return label.Length == 0
            ? Markup.Of($"<div>{image}</div>")
            : Markup.Of($"""<div style="font-size:.85em;opacity:.8;margin-top:.4em">{label}</div><div>{image}</div>""");
    }

    private string? FullCaption(int count, IReadOnlyList<int> picked)
    {
        var frames = picked.Count == count ? null : $"Frames {string.Join(", ", picked)} of 0 to {count - 1}.";
        var parts = new[] { Caption, Legend, frames }.Where(part => !string.IsNullOrEmpty(part));
        return string.Join(" ", parts);
    }
}
