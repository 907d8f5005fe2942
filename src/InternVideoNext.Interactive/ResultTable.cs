using InternVideoNext.Interactive.Rendering;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Interactive;

/// <summary>Results in rows and columns: numbers aligned and formatted by column, the best ones bold, footnotes beneath.</summary>
public sealed class ResultTable : HtmlView
{
    /// <summary>A table of values.</summary>
    /// <param name="columns">The columns; a text is a column with that header.</param>
    /// <param name="rows">Rows of as many cells: texts, numbers, or null (and NaN) for nothing measured.</param>
    /// <exception cref="ArgumentException">A row has another number of cells.</exception>
    public ResultTable(IReadOnlyList<TableColumn> columns, IEnumerable<IReadOnlyList<object?>> rows)
    {
        Columns = [.. columns];
        Rows = [.. rows.Select(row => (IReadOnlyList<object?>)[.. row])];
        for (var i = 0; i < Rows.Count; i++)
            if (Rows[i].Count != Columns.Count)
                throw new ArgumentException($"Row {i} has {Rows[i].Count} cells for {Columns.Count} columns.", nameof(rows));
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The cells, row by row.</summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows { get; }

    /// <summary>Remarks under the table, one a line.</summary>
    public IReadOnlyList<string> Footnotes { get; init; } = [];

    /// <summary>Whether the first column names its row (as a row header).</summary>
    public bool FirstColumnIsHeader { get; init; } = true;

    /// <summary>A table of a data frame's columns.</summary>
    /// <param name="frame">The data; read, not kept.</param>
    /// <param name="formats">How to show some of the columns, matched by header; the others are shown plainly.</param>
    /// <exception cref="ArgumentException">A format names no column of the frame.</exception>
    public static ResultTable FromDataFrame(DataFrame frame, params TableColumn[] formats)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var names = frame.Columns.Select(column => column.Name).ToList();
        var unknown = Array.Find(formats, format => !names.Contains(format.Header));
        if (unknown is not null)
            throw new ArgumentException(
                $"The data frame has no column '{unknown.Header}'; it has: {string.Join(", ", names)}.", nameof(formats));
        var columns = names.Select(name => Array.Find(formats, format => format.Header == name) ?? new TableColumn(name));
        var rows = Enumerable.Range(0, checked((int)frame.Rows.Count))
            .Select(row => (IReadOnlyList<object?>)[.. frame.Columns.Select(column => column[row])]);
        return new ResultTable([.. columns], rows);
    }

    /// <inheritdoc/>
    public override string ToHtml()
    {
        var cells = Columns.Select((column, i) => new TableCells(column, [.. Rows.Select(row => row[i])])).ToList();
        var head = Markup.Join(cells.Select(column => column.Head()));
        var body = Markup.Join(Enumerable.Range(0, Rows.Count).Select(row =>
            Markup.Of($"<tr>{Markup.Join(cells.Select((column, i) => column.Cell(row, FirstColumnIsHeader && i == 0)))}</tr>")));
        var notes = Markup.Join(Footnotes.Select(note => Markup.Of(
            $"""<p style="font-size:.85em;opacity:.8;margin:.3em 0 0">{note}</p>""")));
        return TableMarkup.Wrap(Caption, Markup.Of($"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"), notes).Text;
    }
}
