using InternVideoNext.Interactive;
using InternVideoNext.Interactive.Rendering;
using SkiaSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Pictures of drawings, against a rasteriser that shares no code with ours, and letters by what is known of them.</summary>
public sealed class SvgPainterTests
{
    private const int Side = 40;

    [Theory]
    [InlineData("M5 5L35 8L20 33Z")]
    [InlineData("M5.3 20Q20 -10 34.7 20Q20 50 5.3 20Z")]
    [InlineData("M4 4H36V36H4ZM10 10V30H30V10Z")]                                // a hole turns the other way
    [InlineData("m2 38c10 -50 26 -50 36 0z")]
    public void Paint_FilledPath_CoversWhatSkiaCovers(string path)
    {
        var ours = Draw($"""<path d="{path}" fill="#102030" />""");
        using var outline = SKPath.ParseSvgPathData(path);
        AssertClose(Skia(outline, SKPaintStyle.Fill), ours);
    }

    [Theory]
    [InlineData("M4 30L15 8L26 31L36 6", 1.6)]
    [InlineData("M3.5 12.25h33", 1)]
    [InlineData("M8 8H32V32H8Z", 3)]
    public void Paint_Stroke_CoversWhatSkiaCovers(string path, double thickness)
    {
        var ours = Draw($"""<path d="{path}" fill="none" stroke="#102030" stroke-width="{thickness}" />""");
        using var outline = SKPath.ParseSvgPathData(path);
        AssertClose(Skia(outline, SKPaintStyle.Stroke, (float)thickness), ours);
    }

    [Fact]
    public void Paint_HalfOpaqueOverInk_MixesThem() => Assert.Equal(
        (128, 64, 64, 255),
        Draw("""<rect x="0" y="0" width="40" height="40" fill="#000" /><rect width="40" height="40" fill="#ff8080" opacity=".5" />""")[20, 20]);

    [Fact]
    public void Paint_GroupsAndNestedDrawings_AreMoved()
    {
        var picture = Draw("""<g transform="translate(10 5)"><svg viewBox="-2 -3 9 9"><rect width="4" height="2" fill="#000" /></svg></g>""");
        Assert.Equal([(0, 0, 0, 255), (255, 255, 255, 255)], [picture[8, 12], picture[7, 12]]);
        Assert.Equal([(0, 0, 0, 255), (255, 255, 255, 255)], [picture[9, 15], picture[10, 15]]);
    }

    [Theory]
    [InlineData("start", 0)]
    [InlineData("middle", -0.5)]
    [InlineData("end", -1)]
    public void Paint_Text_StandsAtItsAnchorOnTheBaseline(string anchor, double share)
    {
        // H is 1511 units wide of 2048 an em, 1462 high, its stems 201 from the left and the right edge.
        var picture = Draw($"""<text x="20" y="30" font-size="20" text-anchor="{anchor}" fill="#000">H</text>""");
        var inked = Enumerable.Range(0, Side * Side).Select(i => (Y: i / Side, X: i % Side))
            .Where(at => picture[at.Y, at.X].R < 128).ToList();
        Assert.Equal(29, inked.Max(at => at.Y));
        Assert.InRange(inked.Min(at => at.Y), 15, 16);
        Assert.InRange(inked.Min(at => at.X) - (20 + (share * 1511 * 20 / 2048) + (201 * 20 / 2048.0)), -1, 1);
    }

    [Fact]
    public void Outline_LetterThatTheFontLacks_IsAQuestionMark() =>
        Assert.Equal(Letters.Outline("?", 12, 400).Width, Letters.Outline("\u4e2d", 12, 400).Width);

    [Theory]
    [InlineData("<ellipse />", "<ellipse>")]
    [InlineData("<g transform=\"rotate(4)\" />", "rotate(4)")]
    [InlineData("<rect fill=\"url(#a)\" />", "url(#a)")]
    [InlineData("<path d=\"M0 0A1 1 0 0 0 2 2\" />", "'A'")]
    public void Paint_WhatIsNotKnown_IsNamed(string element, string name) =>
        Assert.Contains(name, Assert.Throws<NotSupportedException>(() => Draw(element)).Message, StringComparison.Ordinal);

    [Fact]
    public void ToPicture_Chart_IsInkedWhereTheCurveRuns()
    {
        var chart = new LineChart("Loss", "step", "loss", new LineSeries("a", [0, 1], [0, 1]), new LineSeries("b", [0, 1], [1, 0]));
        var picture = Fragments.Decode(Convert.FromBase64String(chart.ToStaticBundle()["image/png"]));
        Assert.Equal(picture.Width, (int)Math.Ceiling(1.5 * (chart.Width + 20)));
        var inks = picture.Rgba.Chunk(4).Select(pixel => (pixel[0], pixel[1], pixel[2])).ToHashSet();
        Assert.Contains(((byte)0x3b, (byte)0x82, (byte)0xc4), inks);
        Assert.Contains(((byte)0xd9, (byte)0x75, (byte)0x2b), inks);
    }

    private static Pixels Draw(string elements) => Fragments.Decode(SvgPainter.Paint(
        $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Side} {Side}" style="color:#222">{elements}</svg>""", scale: 1).ToPng());

    private static byte[] Skia(SKPath path, SKPaintStyle style, float thickness = 1)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint
        {
            Color = new SKColor(0x10, 0x20, 0x30),
            IsAntialias = true,
            Style = style,
            StrokeWidth = thickness,
            StrokeJoin = SKStrokeJoin.Round,
        };
        canvas.Clear(SKColors.White);
        canvas.DrawPath(path, paint);
        canvas.Flush();
        return bitmap.Bytes;
    }

    // Both smooth edges in their own way: single pixels of an edge may differ, the covered area may not.
    private static void AssertClose(byte[] expected, Pixels actual)
    {
        var differences = expected.Zip(actual.Rgba, (a, b) => Math.Abs(a - b)).ToList();
        Assert.InRange(differences.Max(), 0, 64);
        Assert.InRange(differences.Average(), 0, 1.0);
    }
}
