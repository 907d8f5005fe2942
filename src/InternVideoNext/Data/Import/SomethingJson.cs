using System.Globalization;
using System.Text.Json;

namespace InternVideoNext.Data.Import;

/// <summary>Something-Something: lists of clips with <c>id</c> and <c>template</c>, and the labels with their numbers.</summary>
internal static class SomethingJson
{
    public static IEnumerable<AnnotationRow> Read(string file)
    {
        using var json = AnnotationText.Json(file);
        if (json.RootElement.ValueKind != JsonValueKind.Array) throw new ManifestException($"'{file}': it should be a list of clips.");
        foreach (var (i, clip) in json.RootElement.EnumerateArray().Select((c, i) => (i, c)))
        {
            var place = $"entry {i}";
            // The test list has no templates.
            var template = clip.ValueKind == JsonValueKind.Object && clip.TryGetProperty("template", out _)
                ? AnnotationText.Text(file, place, clip, "template") : null;
            yield return new AnnotationRow(place, AnnotationText.Text(file, place, clip, "id"))
            { DefaultTemplate = "{id}.webm", Class = template is null ? null : Plain(template) };
        }
    }

    /// <summary>The class names in order of number.</summary>
    public static IReadOnlyList<string> Classes(string file)
    {
        using var json = AnnotationText.Json(file);
        if (json.RootElement.ValueKind != JsonValueKind.Object) throw new ManifestException(
            $"'{file}': it should map each label to its number.");
        var numbered = json.RootElement.EnumerateObject()
            .Select(p => int.TryParse(p.Value.ToString(), CultureInfo.InvariantCulture, out var number)
            ? (Name: Plain(p.Name), number)
            : throw new ManifestException($"'{file}' label '{p.Name}': '{p.Value}' is no number.")).OrderBy(l => l.number).ToList();
        var gap = Enumerable.Range(0, numbered.Count).FirstOrDefault(i => numbered[i].number != i, -1);
        return gap < 0 ? [.. numbered.Select(l => l.Name)]
            : throw new ManifestException($"'{file}': the numbers should be 0 to {numbered.Count - 1}; {gap} is missing or doubled.");
    }

    // "Pushing [something] from left to right" is the label without brackets.
    private static string Plain(string template) =>
        template.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
}
