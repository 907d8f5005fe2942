using InternVideoNext.Interactive.Rendering;
using TorchSharp;

namespace InternVideoNext.Interactive;

/// <summary>A picture of 8-bit RGB or RGBA pixels, shown inline and saved as PNG.</summary>
[TypeFormatterSource(typeof(PngFormatterSource), PreferredMimeTypes = ["text/html", "image/png", "text/plain"])]
public sealed class Picture : HtmlView
{
    private readonly byte[] _pixels;

    /// <summary>Wraps a copy of the pixels.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Row by row, width * height * 3 bytes (RGB) or width * height * 4 (RGBA, not premultiplied).</param>
    /// <exception cref="ArgumentException">The number of bytes fits neither.</exception>
    public Picture(int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        var count = (long)width * height;
        if (pixels.Length != count * 3 && pixels.Length != count * 4)
            throw new ArgumentException(
                $"{pixels.Length} bytes for {width} x {height} pixels; expected {count * 3} (RGB) or {count * 4} (RGBA).", nameof(pixels));
        (Width, Height, Channels) = (width, height, (int)(pixels.Length / count));
        _pixels = pixels.ToArray();
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>3 (RGB) or 4 (RGBA).</summary>
    public int Channels { get; }

    /// <summary>The bytes, row by row.</summary>
    public ReadOnlyMemory<byte> Pixels => _pixels;

    /// <summary>What the picture shows, for those who do not see it.</summary>
    public string Alt { get; init; } = "";

    /// <summary>CSS pixels per pixel on a wide enough screen; above 1 the pixels stay sharp squares.</summary>
    public int Scale { get; init; } = 1;

    /// <summary>One frame of a clip.</summary>
    /// <param name="frame">[3, H, W], ImageNet-normalised; neither changed nor disposed.</param>
    /// <exception cref="ArgumentException">Another shape.</exception>
    public static Picture FromFrame(torch.Tensor frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.dim() != 3)
            throw new ArgumentException($"frame has shape [{string.Join(", ", frame.shape)}]; expected [3, H, W].", nameof(frame));
        using var clip = frame.unsqueeze(1);
        var frames = FrameStack.FromClip(clip, nameof(frame));
        return new Picture(frames.Width, frames.Height, frames.Frame(0));
    }

    /// <summary>The picture with every pixel repeated, for files shown where CSS cannot enlarge them.</summary>
    /// <param name="factor">At least 1.</param>
    public Picture Enlarge(int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        var larger = new byte[_pixels.Length * factor * factor];
        var stride = Width * factor * Channels;
        for (var y = 0; y < Height * factor; y++)
            for (var x = 0; x < Width * factor; x++)
                _pixels.AsSpan((((y / factor) * Width) + (x / factor)) * Channels, Channels)
                    .CopyTo(larger.AsSpan((y * stride) + (x * Channels)));
        return new Picture(Width * factor, Height * factor, larger) { Alt = Alt, Caption = Caption };
    }

    /// <summary>The picture as a PNG file's bytes.</summary>
    public byte[] ToPng() => PngWriter.Encode(Width, Height, Channels, _pixels);

    /// <summary>The PNG as a data URI.</summary>
    public string ToDataUri() => "data:image/png;base64," + Convert.ToBase64String(ToPng());

    /// <summary>Saves the PNG: written aside, then renamed. Missing folders are made.</summary>
    public void Save(string path) => ReplacedFile.Write(path, ToPng());

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> ToStaticBundle() => Bundle(Width * Scale, ToString());

    /// <inheritdoc/>
    public override string? ToStaticCaption() => Caption;

    /// <inheritdoc/>
    public override string ToHtml() => Figure(ImageTag(ToDataUri(), Width * Scale, Scale > 1, Alt), Caption);

    /// <summary>The picture, enlarged by a whole factor toward <paramref name="width"/> pixels, and a text.</summary>
    internal IReadOnlyDictionary<string, string> Bundle(int width, string text) => new Dictionary<string, string>
    {
        ["image/png"] = Convert.ToBase64String(Enlarge(Math.Max(1, width / Width)).ToPng()),
        ["text/plain"] = text,
    };

    internal static Markup ImageTag(string dataUri, int cssWidth, bool pixelated, string alt) => Markup.Of(
        $"""<img src="{new Markup(dataUri)}" alt="{alt}" style="width:{cssWidth}px;max-width:100%;height:auto;vertical-align:middle{new Markup(pixelated ? ";image-rendering:pixelated" : "")}" />""");
}
