using System.Text.RegularExpressions;
using System.Xml.Linq;
using InternVideoNext.Interactive;
using SkiaSharp;

namespace InternVideoNext.Tests.Interactive;

/// <summary>Reads fragments and pictures back with parsers that share no code with what wrote them.</summary>
internal static partial class Fragments
{
    /// <summary>Parses a fragment as XML: fails where it is not well-formed.</summary>
    public static XElement Parse(IHtmlView view) => XElement.Parse(view.ToHtml(), LoadOptions.PreserveWhitespace);

    public static IEnumerable<XElement> All(this XElement root, string name) =>
        root.DescendantsAndSelf().Where(element => element.Name.LocalName == name);

    public static string? Get(this XElement element, string name) => element.Attribute(XName.Get(name))?.Value;

    /// <summary>Every picture of a fragment.</summary>
    public static IReadOnlyList<Pixels> Images(IHtmlView view) =>
        [.. Parse(view).All("img").Select(image => Decode(FromDataUri(image.Get("src")!)))];

    public static byte[] FromDataUri(string uri)
    {
        const string prefix = "data:image/png;base64,";
        Assert.StartsWith(prefix, uri, StringComparison.Ordinal);
        return Convert.FromBase64String(uri[prefix.Length..]);
    }

    public static Pixels Decode(byte[] png)
    {
        using var codec = SKCodec.Create(new MemoryStream(png));
        Assert.NotNull(codec);
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        Assert.Equal(SKCodecResult.Success, codec.GetPixels(info, bitmap.GetPixels()));
        return new Pixels(info.Width, info.Height, bitmap.Bytes);
    }

    /// <summary>Points of every curve, by the commands of its path.</summary>
    public static IReadOnlyList<int> PointCounts(XElement fragment) =>
        [.. fragment.All("path").Where(path => path.Get("class") == "curve").Select(path => Command().Count(path.Get("d")!))];

    [GeneratedRegex("[ML]")]
    private static partial Regex Command();
}

/// <summary>A decoded picture, RGBA.</summary>
internal sealed record Pixels(int Width, int Height, byte[] Rgba)
{
    public (byte R, byte G, byte B, byte A) this[int y, int x]
    {
        get
        {
            var i = ((y * Width) + x) * 4;
            return (Rgba[i], Rgba[i + 1], Rgba[i + 2], Rgba[i + 3]);
        }
    }
}
