using System.Text;
using System.Text.Json;

namespace InternVideoNext.Checkpoints;

/// <summary>The index of a sharded checkpoint: a JSON object whose <c>weight_map</c> names the shard file of each tensor.</summary>
internal static class SafetensorsIndex
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the map from tensor name to shard file name, in the index's order.</summary>
    /// <exception cref="SafetensorsException">The file is no such index, or a shard's name leads out of the index's folder.</exception>
    public static OrderedNames<string> Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > SafetensorsHeader.MaximumLength)
            throw new SafetensorsException(
                path, null, $"{length} bytes are too many for an index; at most {SafetensorsHeader.MaximumLength} are read.");
        try
        {
            using var document = JsonDocument.Parse(Strict.GetString(File.ReadAllBytes(path)));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("weight_map", out var map)
                || map.ValueKind != JsonValueKind.Object)
                throw new SafetensorsException(
                    path, null, "not the index of a sharded checkpoint: a JSON object with the object weight_map is needed.");
            return ReadMap(path, map);
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            // InvalidOperationException: an escape such as \ud800 alone, which stands for no character.
            throw new SafetensorsException(path, null, $"not valid JSON: {e.Message}", e);
        }
    }

    private static OrderedNames<string> ReadMap(string path, JsonElement map)
    {
        var shards = new OrderedNames<string>();
        foreach (var property in map.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new SafetensorsException(path, property.Name, "its shard in weight_map is not a string.");
            var shard = property.Value.GetString()!;
            if (shard.Length == 0 || shard is "." or ".." || shard.Any(c => c is '/' or '\\' or ':' || char.IsControl(c)))
                throw new SafetensorsException(
                    path, property.Name,
                    $"its shard '{SafetensorsException.Shorten(shard)}' is not the name of a file in the index's folder.");
            if (!shards.TryAdd(property.Name, shard))
                throw new SafetensorsException(path, property.Name, "named twice in weight_map.");
        }

        return shards;
    }
}
