using System.Globalization;
using System.Text.RegularExpressions;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Path data of SVG as straight pieces: the commands M, L, H, V, C, Q and Z, in capitals and small letters.</summary>
internal sealed partial class Contours
{
    private readonly int _curvePieces;
    private readonly List<List<(double X, double Y)>> _all = [];
    private (double X, double Y) _at, _start;

    private Contours(int curvePieces) => _curvePieces = curvePieces;

    /// <summary>The contours, open or closed as drawn; a closed one ends where it began.</summary>
    /// <param name="data">The path's text.</param>
    /// <param name="curvePieces">Straight pieces that a curve is drawn as.</param>
    public static IReadOnlyList<IReadOnlyList<(double X, double Y)>> Of(string data, int curvePieces = 24)
    {
        var contours = new Contours(curvePieces);
        foreach (Match match in Command().Matches(data))
        {
            var numbers = Number().Matches(match.Groups[2].Value);
            contours.Add(
                match.Groups[1].Value[0], [.. numbers.Select(number => double.Parse(number.ValueSpan, CultureInfo.InvariantCulture))]);
        }
        return contours._all;
    }

    private void Add(char command, double[] numbers)
    {
        var (relative, kind) = (char.IsLower(command), char.ToUpperInvariant(command));
        if (kind == 'Z')
        {
            Line(_start);
            return;
        }
        var taken = kind switch { 'H' or 'V' => 1, 'M' or 'L' => 2, 'Q' => 4, 'C' => 6, _ => 0 };
        if (taken == 0 || numbers.Length == 0 || numbers.Length % taken != 0)
            throw new NotSupportedException($"path command '{command}' with {numbers.Length} numbers cannot be drawn");
        for (var i = 0; i < numbers.Length; i += taken)
        {
            var (x, y) = relative ? _at : (0, 0);
            var n = numbers.AsSpan(i, taken);
            switch (kind)
            {
                case 'H': Line((x + n[0], _at.Y)); break;
                case 'V': Line((_at.X, y + n[0])); break;
                case 'M' when i == 0: Move((x + n[0], y + n[1])); break;
                case 'Q': Curve((x + n[0], y + n[1]), (x + n[0], y + n[1]), (x + n[2], y + n[3]), isQuadratic: true); break;
                case 'C': Curve((x + n[0], y + n[1]), (x + n[2], y + n[3]), (x + n[4], y + n[5]), isQuadratic: false); break;
                default: Line((x + n[0], y + n[1])); break;
            }
        }
    }

    private void Move((double X, double Y) to)
    {
        _all.Add([to]);
        _at = _start = to;
    }

    private void Line((double X, double Y) to)
    {
        _all[^1].Add(to);
        _at = to;
    }

    private void Curve((double X, double Y) first, (double X, double Y) second, (double X, double Y) end, bool isQuadratic)
    {
        var start = _at;
        for (var i = 1; i <= _curvePieces; i++)
        {
            var t = (double)i / _curvePieces;
            var s = 1 - t;
            var (a, b, c, d) = isQuadratic ? (s * s, 2 * s * t, 0.0, t * t) : (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t);
            Line((Mix(start.X, first.X, second.X, end.X), Mix(start.Y, first.Y, second.Y, end.Y)));

            double Mix(double from, double near, double far, double to) => (a * from) + (b * near) + (c * far) + (d * to);
        }
    }

    [GeneratedRegex("([A-Za-z])([^A-Za-z]*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"-?(?:\d+\.?\d*|\.\d+)")]
    private static partial Regex Number();
}
