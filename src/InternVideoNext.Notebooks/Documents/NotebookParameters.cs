using System.Globalization;
using System.Text.RegularExpressions;

namespace InternVideoNext.Notebooks.Documents;

/// <summary>
/// Overrides values as papermill does: the cell tagged <c>parameters</c> is followed by one tagged
/// <c>injected-parameters</c> that declares them anew; an earlier injected cell is replaced.
/// </summary>
internal static class NotebookParameters
{
    private const string Tag = "parameters", InjectedTag = "injected-parameters";

    /// <summary>Whether the notebook's parameters cell declares <paramref name="name"/>.</summary>
    public static bool Declares(Notebook notebook, string name) =>
        notebook.Cells.Any(cell => cell.Tags.Contains(Tag) && Regex.IsMatch(cell.Source, $@"\b{Regex.Escape(name)}\s*="));

    /// <summary>Injects the values.</summary>
    /// <exception cref="NotebookException">The notebook declares no such parameter.</exception>
    public static void Inject(Notebook notebook, IReadOnlyDictionary<string, string> values)
    {
        notebook.Cells.RemoveAll(cell => cell.Tags.Contains(InjectedTag));
        if (values.Count == 0) return;
        var at = notebook.Cells.FindIndex(cell => cell.Tags.Contains(Tag));
        if (at < 0) throw new NotebookException($"{notebook.Name}: no cell is tagged '{Tag}', so nothing can be overridden.");
        if (values.Keys.FirstOrDefault(name => !Declares(notebook, name)) is { } unknown)
            throw new NotebookException(
                $"{notebook.Name}: the parameters cell declares no '{unknown}'. It reads:\n{notebook.Cells[at].Source}");
        var lines = values.Select(pair => $"var {pair.Key} = {Literal(pair.Value)};");
        notebook.Cells.Insert(at + 1, NotebookCell.Code("// Parameters\n" + string.Join('\n', lines), InjectedTag));
    }

    /// <summary>A C# literal: true, false and numbers as they are, all else a string.</summary>
    private static string Literal(string value)
    {
        if (value is "true" or "false"
            || long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return value;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            return number.ToString("R", CultureInfo.InvariantCulture) + "d";
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{escaped.Replace("\n", "\\n", StringComparison.Ordinal)}\"";
    }
}
