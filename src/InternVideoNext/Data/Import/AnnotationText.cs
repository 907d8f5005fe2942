using System.Text;
using System.Text.Json;

namespace InternVideoNext.Data.Import;

/// <summary>Reads annotation files, turning what is wrong with a file into one error.</summary>
internal static class AnnotationText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lines that are not empty, with their numbers from 1. UTF-8, or what the file's first bytes say that it is.</summary>
    public static IEnumerable<(int Number, string Text)> Lines(string file)
    {
        var bytes = Guarded(file, () => File.ReadAllBytes(file));
        string text;
        try
        {
            using var reader = new StreamReader(new MemoryStream(bytes), Strict, detectEncodingFromByteOrderMarks: true);
            text = reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            throw new ManifestException($"'{file}' line {WrongLine(bytes)}: it is not written in UTF-8; save the file as UTF-8.");
        }
        var lines = text.Split('\n').Select((line, i) => (Number: i + 1, Text: line.TrimEnd('\r')));
        return lines.Where(l => !string.IsNullOrWhiteSpace(l.Text)).Select(l => l.Text.Contains('\0', StringComparison.Ordinal)
            ? throw new ManifestException($"'{file}' line {l.Number}: it holds a null character; this is no text in UTF-8.") : l);
    }

    private static int WrongLine(byte[] bytes)
    {
        var (number, begin) = (1, 0);
        for (var end = 0; end < bytes.Length; end++)
        {
            if (bytes[end] != '\n' && end < bytes.Length - 1) continue;
            if (Encoding.UTF8.GetString(bytes, begin, end + 1 - begin).Contains('\uFFFD', StringComparison.Ordinal)) break;
            (number, begin) = (number + 1, end + 1);
        }
        return number;
    }

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
