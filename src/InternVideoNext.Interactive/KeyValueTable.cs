using System.Globalization;
using InternVideoNext.Interactive.Rendering;

namespace InternVideoNext.Interactive;

/// <summary>Names and values: settings, sizes, what a machine has.</summary>
public sealed class KeyValueTable : HtmlView
{
    private readonly IReadOnlyList<(string Name, object? Value)> _entries;

    /// <summary>A table of two columns.</summary>
    /// <param name="entries">In the order shown; numbers are written in the invariant culture, null as a dash.</param>
    public KeyValueTable(IEnumerable<(string Name, object? Value)> entries) => _entries = [.. entries];

    /// <inheritdoc cref="KeyValueTable(IEnumerable{ValueTuple{string, object}})"/>
    public KeyValueTable(params (string Name, object? Value)[] entries)
        : this((IEnumerable<(string Name, object? Value)>)entries)
    {
    }

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var rows = _entries.Select(entry => Markup.Of(
            $"""<tr><th scope="row" style="{TableMarkup.CellStyle}font-weight:600;text-align:left;min-width:8em">{entry.Name}</th><td style="{TableMarkup.CellStyle}text-align:left;overflow-wrap:anywhere">{Text(entry.Value)}</td></tr>"""));
        return TableMarkup.Wrap(Caption, Markup.Of($"<tbody>{Markup.Join(rows)}</tbody>"), Markup.Empty).Text;
    }

    private static string Text(object? value) => value switch
    {
        null => "–",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "–",
    };
}
