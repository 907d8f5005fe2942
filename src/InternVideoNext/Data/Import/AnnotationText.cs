using System.Text.Json;

namespace InternVideoNext.Data.Import;

/// <summary>Reads annotation files, turning what is wrong with a file into one error.</summary>
internal static class AnnotationText
{
    /// <summary>Lines that are not empty, with their numbers from 1.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string file) =>
        Guarded(file, () => File.ReadAllLines(file)).Select((text, i) => (i + 1, text)).Where(l => !string.IsNullOrWhiteSpace(l.text));

    /// <summary>A JSON file.</summary>
    public static JsonDocument Json(string file)
    {
        try
        {
            return JsonDocument.Parse(Guarded(file, () => File.ReadAllBytes(file)));
        }
        catch (JsonException e)
        {
            throw new ManifestException($"'{file}' line {e.LineNumber + 1}: not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>A member that must be a text.</summary>
    public static string Text(string file, string place, JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value)
            && (value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            ? value.ToString()
            : throw new ManifestException($"'{file}' {place}: '{member}' is missing or no text.");

    private static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"'{file}' cannot be read: {e.Message}", e);
        }
    }
}
