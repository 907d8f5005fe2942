using System.Globalization;

namespace InternVideoNext.Data.Import;

/// <summary>
/// The authors' lists: <c>path label</c> a line, the label behind the last space, so that paths may hold spaces. Label -1 is none.
/// </summary>
internal static class PathLabelList
{
    public static IEnumerable<AnnotationRow> Read(string file)
    {
        foreach (var (number, text) in AnnotationText.Lines(file))
        {
            var line = text.TrimEnd();
            var at = line.LastIndexOf(' ');
            if (at <= 0 || !int.TryParse(line.AsSpan(at + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var label)
                || label < -1)
                throw new ManifestException($"'{file}' line {number}: '{line}' is not a path, a space and a class number.");
            yield return new AnnotationRow($"line {number}", "") { Path = line[..at].TrimEnd(), ClassIndex = label };
        }
    }
}
