using System.Globalization;
using System.Text;

namespace InternVideoNext.Data.Import;

/// <summary>The Kinetics tables, with a header: label, youtube_id, time_start, time_end, split. Test tables may lack the label.</summary>
internal static class KineticsCsv
{
    public static IEnumerable<AnnotationRow> Read(string file)
    {
        Dictionary<string, int>? columns = null;
        foreach (var (number, text) in AnnotationText.Lines(file))
        {
            var cells = Cells(text);
            if (columns is null)
            {
                columns = cells.Select((name, i) => (name, i)).GroupBy(c => c.name.Trim()).ToDictionary(g => g.Key, g => g.First().i);
                string[] needed = ["youtube_id", "time_start", "time_end"];
                if (needed.FirstOrDefault(n => !columns.ContainsKey(n)) is { } missing)
                    throw new ManifestException(
                        $"'{file}' line {number}: the header names no column '{missing}'; it should be "
                        + "label,youtube_id,time_start,time_end,split.");
                continue;
            }
            if (cells.Count < columns.Count) throw new ManifestException(
                $"'{file}' line {number}: {cells.Count} cells; the header has {columns.Count}.");
            yield return Row(file, number, cells, columns);
        }
    }

    private static AnnotationRow Row(string file, int number, List<string> cells, Dictionary<string, int> columns)
    {
        string? Cell(string name) => columns.TryGetValue(name, out var i) && cells[i].Length > 0 ? cells[i] : null;
        string Seconds(string name) => double.TryParse(Cell(name), CultureInfo.InvariantCulture, out var value) && value >= 0
            ? ((int)value).ToString("D6", CultureInfo.InvariantCulture)
            : throw new ManifestException($"'{file}' line {number}: {name} '{Cell(name)}' is no number of seconds.");
        var (start, end) = (Seconds("time_start"), Seconds("time_end"));
        var id = Cell("youtube_id") ?? throw new ManifestException($"'{file}' line {number}: youtube_id is empty.");
        return new AnnotationRow($"line {number}", $"{id}_{start}_{end}")
        {
            DefaultTemplate = "{split}/{id}.mp4",
            Start = start,
            End = end,
            Class = Cell("label"),
            Split = Cell("split") is { } split ? SplitOf(file, number, split) : null,
        };
    }

    private static string SplitOf(string file, int number, string split) => split switch
    {
        "train" or "training" => "train",
        "val" or "validate" or "validation" => "validation",
        "test" or "testing" => "test",
        _ => throw new ManifestException($"'{file}' line {number}: split '{split}' is unknown; it may be train, validate or test."),
    };

    // Cells between commas; within double quotes commas count as text, and two quotes as one.
    private static List<string> Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted) Close();
            else cell.Append(line[i]);
        }
        Close();
        return cells;

        void Close()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
