using System.Globalization;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>The cells of one column.</summary>
internal sealed class TableCells
{
    private const string Nothing = "–";

    private readonly TableColumn _column;
    private readonly IReadOnlyList<object?> _values;
    private readonly string _align;
    private readonly double? _best;

    public TableCells(TableColumn column, IReadOnlyList<object?> values)
    {
        (_column, _values) = (column, values);
        var numbers = values.Select(Number).Where(number => number is not null && double.IsFinite(number.Value)).ToList();
        var numeric = numbers.Count > 0 && values.All(value => value is null || Number(value) is not null);
        _align = column.Alignment switch
        {
            TableAlignment.Center => "center",
            TableAlignment.Right => "right",
            TableAlignment.Left => "left",
            _ => numeric ? "right" : "left",
        };
        _best = column.Best switch
        {
            TableBest.Highest => numbers.Max(),
            TableBest.Lowest => numbers.Min(),
            _ => null,
        };
    }

    public Markup Head() => Markup.Of($"""<th scope="col" style="{TableMarkup.HeadStyle}text-align:{_align}">{_column.Header}</th>""");

    public Markup Cell(int row, bool isHeader)
    {
        var text = Text(row);
        // Compared as shown: what reads as equal is marked as equal.
        var isBest = _best is not null && Number(_values[row]) is not null && text == Format(_best.Value);
        var content = isBest || _values[row] is StrongText
            ? Markup.Of($"<strong>{text}</strong>")
            : Markup.Of($"{text}");
        return isHeader
            ? Markup.Of($"""<th scope="row" style="{TableMarkup.CellStyle}font-weight:400;text-align:{_align}">{content}</th>""")
            : Markup.Of($"""<td style="{TableMarkup.CellStyle}{Unbroken}text-align:{_align}">{content}</td>""");
    }

    // Numbers with their spread or interval are read as one.
    private string Unbroken => _align == "right" ? "white-space:nowrap;" : "";

    private string Text(int row) => _values[row] switch
    {
        null => Nothing,
        string text => text,
        var value when Number(value) is { } number => Format(number),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var value => value.ToString() ?? Nothing,
    };

    private string Format(double number)
    {
        if (double.IsNaN(number)) return Nothing;
        if (double.IsInfinity(number)) return number > 0 ? "∞" : "-∞";
        return number.ToString(_column.Format ?? PlainFormat(number), CultureInfo.InvariantCulture);
    }

    private static string PlainFormat(double number)
    {
        if (number == Math.Round(number) && Math.Abs(number) < 1e15) return "0";
        return Math.Abs(number) is >= 1e-3 and < 1e4 ? "0.####" : "G4";
    }

    private static double? Number(object? value) => value switch
    {
        double number => number,
        float number => number,
        Half number => (double)number,
        decimal number => (double)number,
        byte or sbyte or short or ushort or int or uint or long or ulong => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => null,
    };
}
