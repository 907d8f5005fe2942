using System.Globalization;
using System.Text;

namespace InternVideoNext.Data.Import;

/// <summary>
/// Lists of videos, one a line, in the layouts that people have: <c>path</c>; <c>path label</c>; <c>path 0 -1</c> (no label);
/// <c>path frames label</c>; <c>path total start end label</c>, whose start and end are frames. Columns are told apart by spaces, tabs or
/// commas, the path may be quoted, a label may be a number, -1 for none, or a name. Lines that begin with <c>#</c> are comments, a first
/// line of column names is skipped. Anything else is refused with its line.
/// </summary>
internal static class PathLabelList
{
    private static readonly HashSet<string> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        "path", "video", "videos", "video_path", "videopath", "file", "filename", "file_name", "clip",
    };

    public static IEnumerable<AnnotationRow> Read(string file)
    {
        int? columns = null;
        var isFirst = true;
        foreach (var (number, text) in AnnotationText.Lines(file))
        {
            var line = text.Trim();
            if (line.StartsWith('#')) continue;
            var cells = Cells(file, number, line);
            var isHeader = isFirst && Headers.Contains(cells[0]);
            isFirst = false;
            if (isHeader) continue;
            if (cells[0].Contains("://", StringComparison.Ordinal))
                throw Wrong(file, number, $"'{cells[0]}' is an address; only files are read");
            columns ??= cells.Count;
            if (cells.Count != columns)
                throw Wrong(file, number, $"it has {cells.Count} columns, the lines before it {columns}");
            yield return Row(file, number, cells);
        }
    }

    private static AnnotationRow Row(string file, int number, List<string> cells)
    {
        var row = new AnnotationRow($"line {number}", "") { Path = cells[0] };
        switch (cells.Count)
        {
            case 1: return row;
            case 2: return Labelled(file, number, row, cells[1]);
            case 3:
                Frames(cells[1]); // Where a file starts, or how many frames it has, ffprobe knows better.
                return Labelled(file, number, row, cells[2]);
            case 5:
                var (total, start, end) = (Frames(cells[1]), Frames(cells[2]), Frames(cells[3]));
                if (start >= end || end > total)
                    throw Wrong(file, number, $"frames {start} to {end} of {total} are no part of a video");
                return Labelled(file, number, row, cells[4]) with { Segment = new ClipSegment(start, end, SegmentUnit.Frames) };
            default:
                throw Wrong(
                    file, number, $"{cells.Count} columns are no layout that is known; these are 'path', 'path label', 'path 0 -1', "
                    + "'path frames label' and 'path total start end label'");
        }

        int Frames(string cell) => int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var frames) ? frames
            : throw Wrong(file, number, $"'{cell}' is no number of frames");
    }

    private static AnnotationRow Labelled(string file, int number, AnnotationRow row, string label)
    {
        if (!int.TryParse(label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            return label.Length > 0 ? row with { Class = label } : row;
        return index >= -1 ? row with { ClassIndex = index } : throw Wrong(file, number, $"label {index} is negative; -1 stands for none");
    }

    private static List<string> Cells(string file, int number, string line)
    {
        var separator = line.Contains('\t', StringComparison.Ordinal) ? '\t' : ' ';
        if (separator == ' ' && IsCommaSeparated(line, Split(file, number, line, ','))) separator = ',';
        if (separator == ' ') return Spaced(file, number, line);
        var cells = Split(file, number, line, separator);
        return cells[0].Length > 0 ? cells : throw Wrong(file, number, "the path is empty");
    }

    // A comma may as well be part of a path, with spaces between the columns.
    private static bool IsCommaSeparated(string line, List<string> cells) =>
        cells.Count > 1 && (IsVideo(cells[0]) || Headers.Contains(cells[0]) || cells.Skip(1).All(IsNumber)
            || !IsNumber(line[(line.LastIndexOf(' ') + 1)..]));

    private static bool IsVideo(string path) => VideoFolder.Extensions.Contains(Path.GetExtension(path));

    // Paths may hold spaces: one ends where a video's extension does, else before the last number.
    private static List<string> Spaced(string file, int number, string line)
    {
        if (line[0] is '"' or '\'') return Split(file, number, line, ' ').Where((c, i) => i == 0 || c.Length > 0).ToList();
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var last = Array.FindLastIndex(words, IsVideo);
        if (last < 0)
        {
            if (words.Length == 1) return [line];
            var numbers = Enumerable.Reverse(words).TakeWhile(IsNumber).Count();
            if (numbers == 0) throw Wrong(file, number, $"'{line}' does not tell where the path ends; quote it");
            if (numbers > 1 && words.Length - numbers != 1) numbers = 1;
            last = words.Length - numbers - 1;
        }
        // With the spaces that are in it.
        var end = 0;
        for (var i = 0; i <= last; i++) end = line.IndexOf(words[i], end, StringComparison.Ordinal) + words[i].Length;
        var rest = words[(last + 1)..];
        // A name may be of several words; numbers are columns of their own.
        return [line[..end], .. rest.All(IsNumber) || rest.Length == 0 ? rest : [string.Join(' ', rest)]];
    }

    private static List<string> Split(string file, int number, string line, char separator)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        char? quote = null;
        foreach (var c in line)
        {
            if (c == quote) quote = null;
            else if (quote is null && c is '"' or '\'' && cell.Length == 0) quote = c;
            else if (c == separator && quote is null) Close();
            else cell.Append(c);
        }
        if (quote is not null) throw Wrong(file, number, "a quotation mark is not closed");
        Close();
        return cells;

        void Close()
        {
            cells.Add(cell.ToString().Trim());
            cell.Clear();
        }
    }

    private static bool IsNumber(string word) => int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static ManifestException Wrong(string file, int number, string problem) => new($"'{file}' line {number}: {problem}.");
}
