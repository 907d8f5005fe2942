using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>Base of the views that draw frames beside each other, in one row or in several that line up.</summary>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public abstract class FramesView : HtmlView
{
    private const int SmallestStaticWidth = 640; // pixels: pages that show a saved picture do not enlarge it
    private const int SmallestShown = 80; // CSS pixels: smaller frames are enlarged by a whole factor

    private protected FramesView()
    {
    }

    /// <summary>At most this many frames are drawn, evenly spaced over the clip, the first and the last among them.</summary>
    public int MaxFrames { get; init; } = 8;

    /// <summary>Frames wider or higher than this many pixels are shrunk by a whole factor, to keep documents small.</summary>
    public int MaxFrameSize { get; init; } = 128;

    /// <summary>The rows to draw, every one with as many frames.</summary>
    private protected abstract IReadOnlyList<FrameRow> Rows();

    /// <summary>What the reader needs to know beyond the caption, or null.</summary>
    private protected virtual string? Legend => null;

    /// <summary>All rows as one static picture without labels, transparent between the frames.</summary>
    public Picture ToPicture()
    {
        var rows = Rows();
        var pictures = rows.Select(row => Draw(row, Pick(rows)).Picture).ToList();
        return StripComposer.Stack(pictures, Gap(pictures[0].Height));
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle() => ToPicture().Bundle(SmallestStaticWidth, FullText());

    /// <inheritdoc/>
    public override string? ToStaticCaption() => FullText();

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var rows = Rows();
        var picked = Pick(rows);
        var lines = rows.Select(row => Line(row.Label, Draw(row, picked)));
        var labelled = rows.Any(row => row.Label.Length > 0);
        var body = labelled
            ? Markup.Of($"""<div style="display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3em .8em;align-items:center">{Markup.Join(lines)}</div>""")
            : Markup.Join(lines);
        return Figure(body, FullCaption(rows[0].Frames.Count, picked));
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
        var factor = (Math.Max(frames.Width, frames.Height) + MaxFrameSize - 1) / MaxFrameSize;
        return frames.Select(picked).Shrink(factor);
    }

    private static int ScaleOf(int frameWidth) => Math.Max(1, (SmallestShown + frameWidth - 1) / frameWidth);

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
        return (StripComposer.Strip(frames, Gap(frames.Height), alt), ScaleOf(frames.Width));
    }

    private static int Gap(int frameHeight) => ScaleOf(frameHeight) > 1 ? 1 : 3;

    private static Markup Line(string label, (Picture Picture, int Scale) strip)
    {
        var (picture, scale) = strip;
        var image = Picture.ImageTag(picture.ToDataUri(), picture.Width * scale, scale > 1, picture.Alt);
        return label.Length == 0
            ? image
            : Markup.Of($"""<span style="font-size:.85em;opacity:.8">{label}</span><span>{image}</span>""");
    }

    private string? FullCaption(int count, IReadOnlyList<int> picked)
    {
        var frames = picked.Count == count ? null : $"Frames {string.Join(", ", picked)} of 0 to {count - 1}.";
        var parts = new[] { Caption, Legend, frames }.Where(part => !string.IsNullOrEmpty(part));
        return string.Join(" ", parts);
    }
}
