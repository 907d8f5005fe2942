using System.Globalization;
using System.Xml.Linq;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>
/// Paints the SVG drawings of this project as pictures, since pages of code hosts and some converters of notebooks show no SVG: the
/// elements svg, g, rect, circle, line, polyline, polygon, path and text, with plain colours. What it does not know is an error, so
/// that nothing goes missing unseen.
/// </summary>
internal sealed class SvgPainter
{
    private const int QuarterPieces = 6; // of a rounded corner

    private readonly Canvas _canvas;

    private SvgPainter(Canvas canvas) => _canvas = canvas;

    /// <summary>Paints a drawing on white.</summary>
    /// <param name="svg">A whole SVG document with a viewBox.</param>
    /// <param name="scale">Pixels for each of the drawing's units.</param>
    /// <exception cref="NotSupportedException">The drawing has something that is not known here; the message names it.</exception>
    public static Picture Paint(string svg, double scale)
    {
        var root = XElement.Parse(svg);
        var box = Numbers(root, "viewBox");
        var canvas = new Canvas((int)Math.Ceiling(box[2] * scale), (int)Math.Ceiling(box[3] * scale));
        new SvgPainter(canvas).Draw(root, new Style { Scale = scale });
        return canvas.ToPicture();
    }

    private void Draw(XElement element, Style outer)
    {
        var style = outer.Within(element);
        switch (element.Name.LocalName)
        {
            case "title" or "desc":
                break;
            case "svg":
                var box = Numbers(element, "viewBox");
                DrawChildren(element, style.Moved(-box[0], -box[1]));
                break;
            case "g":
                DrawChildren(element, style);
                break;
            case "text":
                DrawText(element, style);
                break;
            case var name:
                DrawShape(Shape(element, name), style);
                break;
        }
    }

    private void DrawChildren(XElement element, Style style)
    {
        foreach (var child in element.Elements()) Draw(child, style);
    }

    private void DrawText(XElement element, Style style)
    {
        var (contours, width) = Letters.Outline(element.Value, style.FontSize, style.FontWeight);
        var shift = style.Anchor switch { "end" => -width, "middle" => -width / 2, _ => 0 };
        var (x, y) = (Number(element, "x") + shift, Number(element, "y"));
        DrawShape([.. contours.Select(contour => contour.Select(point => (point.X + x, point.Y + y)).ToList())], style);
    }

    private void DrawShape(IReadOnlyList<IReadOnlyList<(double X, double Y)>> contours, Style style)
    {
        var placed = contours.Select(
            contour => (IReadOnlyList<(double, double)>)[.. contour.Select(
                point => ((point.X * style.Scale) + style.Left, (point.Y * style.Scale) + style.Top))]).ToList();
        if (style.Fill is { } fill) _canvas.Fill(placed, fill, style.Opacity * style.FillOpacity);
        if (style.Stroke is not { } stroke) return;
        _canvas.Stroke(placed, style.StrokeWidth * style.Scale, stroke, style.Opacity * style.StrokeOpacity);
    }

    private static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Shape(XElement element, string name) => name switch
    {
        "path" => Contours.Of((string)element.Attribute("d")!),
        "rect" => [Rectangle(element)],
        "circle" => [Closed(Canvas.Disc((Number(element, "cx"), Number(element, "cy")), Number(element, "r")))],
        "line" => [[(Number(element, "x1"), Number(element, "y1")), (Number(element, "x2"), Number(element, "y2"))]],
        "polyline" => [Points(element)],
        "polygon" => [Closed(Points(element))],
        _ => throw new NotSupportedException($"an SVG element <{name}> cannot be painted as a picture"),
    };

    private static IReadOnlyList<(double X, double Y)> Points(XElement element) =>
        [.. Numbers(element, "points").Chunk(2).Select(pair => (pair[0], pair[1]))];

    private static IReadOnlyList<(double X, double Y)> Closed(IReadOnlyList<(double X, double Y)> points) => [.. points, points[0]];

    private static IReadOnlyList<(double X, double Y)> Rectangle(XElement element)
    {
        var (left, top, round) = (Number(element, "x"), Number(element, "y"), Number(element, "rx"));
        var (right, bottom) = (left + Number(element, "width"), top + Number(element, "height"));
        if (round <= 0) return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        (double X, double Y)[] centres =
            [(right - round, top + round), (right - round, bottom - round), (left + round, bottom - round), (left + round, top + round)];
        var corners = centres.SelectMany((centre, i) => Enumerable.Range(0, QuarterPieces + 1)
            .Select(step => Math.PI / 2 * (i - 1 + ((double)step / QuarterPieces)))
            .Select(angle => (centre.X + (round * Math.Cos(angle)), centre.Y + (round * Math.Sin(angle)))));
        return Closed([.. corners]);
    }

    private static double Number(XElement element, string name) =>
        element.Attribute(name) is { } attribute ? double.Parse(attribute.Value, CultureInfo.InvariantCulture) : 0;

    private static double[] Numbers(XElement element, string name) =>
        [.. (element.Attribute(name)?.Value ?? throw new NotSupportedException($"<{element.Name.LocalName}> has no {name}"))
            .Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(text => double.Parse(text, CultureInfo.InvariantCulture))];

    /// <summary>What an element inherits, and where its origin lies on the canvas.</summary>
    private sealed record Style
    {
        public required double Scale { get; init; }
        public double Left { get; init; }
        public double Top { get; init; }
        public (byte R, byte G, byte B) Ink { get; init; }
        public (byte R, byte G, byte B)? Fill { get; init; } = (0, 0, 0);
        public (byte R, byte G, byte B)? Stroke { get; init; }
        public double StrokeWidth { get; init; } = 1;
        public double Opacity { get; init; } = 1;
        public double FillOpacity { get; init; } = 1;
        public double StrokeOpacity { get; init; } = 1;
        public double FontSize { get; init; } = 16;
        public double FontWeight { get; init; } = 400;
        public string Anchor { get; init; } = "start";

        public Style Moved(double x, double y) => this with { Left = Left + (x * Scale), Top = Top + (y * Scale) };

        public Style Within(XElement element)
        {
            var properties = element.Attributes().Select(attribute => (attribute.Name.LocalName, attribute.Value))
                .Concat(Declarations((string?)element.Attribute("style") ?? ""));
            // "currentColor" is the ink of the element itself, wherever its attributes stand.
            var ordered = properties.OrderBy(property => property.Item1 == "color" ? 0 : 1);
            return ordered.Aggregate(this, (style, property) => style.With(property.Item1, property.Item2.Trim()));
        }

        private static IEnumerable<(string Name, string Value)> Declarations(string style) =>
            style.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':', 2))
                .Where(parts => parts.Length == 2).Select(parts => (parts[0].Trim(), parts[1]));

        private Style With(string name, string value) => name switch
        {
            "color" => value == "inherit" ? this : this with { Ink = Colour(value)!.Value },
            "fill" => this with { Fill = Colour(value) },
            "stroke" => this with { Stroke = Colour(value) },
            "stroke-width" => this with { StrokeWidth = Length(value) },
            "opacity" => this with { Opacity = Opacity * Length(value) },
            "fill-opacity" => this with { FillOpacity = Length(value) },
            "stroke-opacity" => this with { StrokeOpacity = Length(value) },
            "font-size" => this with { FontSize = Length(value) },
            "font-weight" => this with { FontWeight = value switch { "bold" => 700, "normal" => 400, _ => Length(value) } },
            "font" => this with { FontSize = Length(value.Split(' ').First(word => word.EndsWith("px", StringComparison.Ordinal))) },
            "text-anchor" => this with { Anchor = value },
            "transform" => Transformed(value),
            "clip-path" or "mask" or "filter" or "stroke-dasharray" =>
                throw new NotSupportedException($"the SVG attribute {name} cannot be painted as a picture"),
            _ => this,
        };

        private Style Transformed(string value)
        {
            if (!value.StartsWith("translate(", StringComparison.Ordinal) || !value.EndsWith(')'))
                throw new NotSupportedException($"transform='{value}' cannot be painted as a picture; translate(x y) can");
            var numbers = value["translate(".Length..^1].Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(Length).ToArray();
            return Moved(numbers[0], numbers.Length > 1 ? numbers[1] : 0);
        }

        private (byte, byte, byte)? Colour(string value) => value switch
        {
            "none" => null,
            "currentColor" or "inherit" => Ink,
            "white" => (255, 255, 255),
            "black" => (0, 0, 0),
            ['#', var r, var g, var b] => (Hex($"{r}{r}"), Hex($"{g}{g}"), Hex($"{b}{b}")),
            ['#', _, _, _, _, _, _] => (Hex(value[1..3]), Hex(value[3..5]), Hex(value[5..7])),
            _ => throw new NotSupportedException($"the SVG colour '{value}' cannot be painted as a picture; #rrggbb can"),
        };

        private static byte Hex(string digits) => byte.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        private static double Length(string value) =>
            double.Parse(value.EndsWith("px", StringComparison.Ordinal) ? value[..^2] : value, CultureInfo.InvariantCulture);
    }
}
