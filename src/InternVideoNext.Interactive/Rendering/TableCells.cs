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

/// <summary>What all tables share. Styles are inline: notebook pages bring their own rules for tables.</summary>
internal static class TableMarkup
{
    public const string CellStyle = "padding:.3em .8em;border:0;border-bottom:1px solid rgba(128,128,128,.3);background:none;";

    public const string HeadStyle = "padding:.3em .8em;border:0;border-bottom:2px solid "
        + "rgba(128,128,128,.6);background:none;font-weight:600;vertical-align:bottom;";

    /// <summary>A table that scrolls sideways rather than widening its page.</summary>
    public static Markup Wrap(string? caption, Markup rows, Markup notes)
    {
        var title = string.IsNullOrEmpty(caption)
            ? Markup.Empty
            : Markup.Of($"""<caption style="caption-side:top;text-align:left;font-weight:600;padding:0 0 .4em;color:inherit">{caption}</caption>""");
        return Markup.Of(
            $"""<div class="ivn" style="margin:0 0 1em"><div style="overflow-x:auto"><table style="border-collapse:collapse;border:0;margin:0;font-size:.95em;font-variant-numeric:tabular-nums">{title}{rows}</table></div>{notes}</div>""");
    }
}

/// <summary>A table's cell in bold: for texts, which a column's best cannot be found among.</summary>
/// <param name="Text">What it says.</param>
internal sealed record StrongText(string Text)
{
    public override string ToString() => Text;
}
