using InternVideoNext.Interactive.Rendering;
using static TorchSharp.torch;

namespace InternVideoNext.Interactive;

/// <summary>
/// A clip that plays inline as animated PNG, without a script. Where a page asks for less motion, where it is printed, or
/// where animation is unknown, a still frame stands in; the frames can be unfolded beneath.
/// </summary>
/// <param name="clip">[3, T, H, W], ImageNet-normalised, any device; neither changed nor disposed.</param>
/// <exception cref="ArgumentException"><paramref name="clip"/> has another shape.</exception>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public sealed class ClipPlayer(Tensor clip) : HtmlView
{
    private readonly FrameStack _frames = FrameStack.FromClip(clip);

    /// <summary>Playing speed, positive; of the shown frames, not of the file they were sampled from.</summary>
    public double FramesPerSecond { get; init; } = 8;

    /// <summary>Frames larger than this many pixels are shrunk by a whole factor.</summary>
    public int MaxFrameSize { get; init; } = 224;

    /// <summary>Whether the frames can be unfolded as a strip under the player.</summary>
    public bool WithStrip { get; init; } = true;

    /// <summary>The animated PNG file's bytes, for saving as .png.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <see cref="FramesPerSecond"/> is not positive, or <see cref="MaxFrameSize"/> below 1.
    /// </exception>
    public byte[] ToAnimatedPng()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FramesPerSecond);
        return PngWriter.EncodeAnimation(Shrunk(), FramesPerSecond);
    }

    /// <summary>The first frame.</summary>
    public Picture ToPicture()
    {
        var frames = Shrunk();
        return new Picture(frames.Width, frames.Height, frames.Frame(0)) { Alt = Alt };
    }

    /// <summary>Saves the animation as a .png file: written aside, then renamed.</summary>
    public void Save(string path) => ReplacedFile.Write(path, ToAnimatedPng());

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle() => Still().ToStaticBundle();

    /// <inheritdoc/>
    public override string? ToStaticCaption() => Still().ToStaticCaption();

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var still = ToPicture();
        var scale = Magnification.OfFrame(still.Width);
        var animation = "data:image/png;base64," + Convert.ToBase64String(ToAnimatedPng());
        var image = Picture.ImageTag(animation, still.Width * scale, scale > 1, Alt);
        var calm = Markup.Of($"""<source media="(prefers-reduced-motion: reduce)" srcset="{new Markup(still.ToDataUri())}" />""");
        return Figure(Markup.Of($"""<picture>{calm}{image}</picture>{Strip()}"""), Caption);
    }

    private string Alt => $"{Caption ?? "Clip"}: {_frames.Count} frames, playing";

    private FrameStrip Still() => new(_frames) { Caption = Caption };

    private Markup Strip() => WithStrip && _frames.Count > 1
        ? Markup.Of($"""<details style="margin-top:.4em"><summary style="font-size:.85em;opacity:.8;cursor:pointer">Frames</summary>{new Markup(new FrameStrip(_frames).ToHtml())}</details>""")
        : Markup.Empty;

    private FrameStack Shrunk()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameSize, 1);
        return _frames.Shrink((Math.Max(_frames.Width, _frames.Height) + MaxFrameSize - 1) / MaxFrameSize);
    }

    private sealed class FrameStrip(FrameStack frames) : FramesView
    {
        private protected override IReadOnlyList<FrameRow> Rows() => [new("", frames)];
    }
}
