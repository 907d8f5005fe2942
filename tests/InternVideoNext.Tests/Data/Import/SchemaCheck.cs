using System.Text.Json;
using System.Text.RegularExpressions;

namespace InternVideoNext.Tests.Data.Import;

/// <summary>Validates by those words of JSON Schema (draft 2020-12) that our schema uses; any other word is an error.</summary>
internal static class SchemaCheck
{
    public static IEnumerable<string> Problems(JsonElement schema, JsonElement value, string path) =>
        schema.EnumerateObject().SelectMany(word => Problems(schema, word, value, path));

    private static IEnumerable<string> Problems(JsonElement schema, JsonProperty word, JsonElement value, string path) =>
        (word.Name, value.ValueKind) switch
        {
            ("$schema" or "title" or "description", _) => [],
            ("type", _) => Types(word.Value).Any(t => IsOf(t, value)) ? [] : [$"{path} is {value.ValueKind}"],
            ("enum", _) => word.Value.EnumerateArray().Any(v => v.ToString() == value.ToString()) ? [] : [$"{path} is {value}"],
            ("minLength", JsonValueKind.String) => value.GetString()!.Length >= word.Value.GetInt32() ? [] : [$"{path} is too short"],
            ("pattern", JsonValueKind.String) => Regex.IsMatch(value.GetString()!, word.Value.GetString()!) ? []
                : [$"{path} does not match"],
            ("minimum", JsonValueKind.Number) => value.GetDouble() >= word.Value.GetDouble() ? [] : [$"{path} is too small"],
            ("minItems", JsonValueKind.Array) => value.GetArrayLength() >= word.Value.GetInt32() ? [] : [$"{path} has too few items"],
            ("uniqueItems", JsonValueKind.Array) =>
                value.EnumerateArray().DistinctBy(v => v.ToString()).Count() == value.GetArrayLength() ? [] : [$"{path} repeats an item"],
            ("items", JsonValueKind.Array) => value.EnumerateArray().SelectMany((item, i) => Problems(word.Value, item, $"{path}[{i}]")),
            ("required", JsonValueKind.Object) =>
                word.Value.EnumerateArray().Where(n => !value.TryGetProperty(n.GetString()!, out _)).Select(n => $"{path} lacks {n}"),
            ("minProperties", JsonValueKind.Object) =>
                value.EnumerateObject().Count() >= word.Value.GetInt32() ? [] : [$"{path} has too few members"],
            ("propertyNames", JsonValueKind.Object) =>
                value.EnumerateObject().SelectMany(p => Problems(
                    word.Value, JsonSerializer.SerializeToElement(p.Name), $"{path}.{p.Name}")),
            ("properties", JsonValueKind.Object) => value.EnumerateObject()
                .SelectMany(p => word.Value.TryGetProperty(p.Name, out var member) ? Problems(member, p.Value, $"{path}.{p.Name}") : []),
            ("additionalProperties", JsonValueKind.Object) => value.EnumerateObject()
                .Where(p => !schema.TryGetProperty("properties", out var named) || !named.TryGetProperty(p.Name, out _))
                .SelectMany(
                    p => word.Value.ValueKind == JsonValueKind.False ? [$"{path}.{p.Name} is unknown"]
                    : Problems(word.Value, p.Value, $"{path}.{p.Name}")),
            ("minLength" or "pattern" or "minimum" or "minItems" or "uniqueItems" or "items"
                or "required" or "minProperties" or "propertyNames" or "properties" or "additionalProperties", _) => [],
            _ => [$"the schema's word {word.Name} is not checked"],
        };

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not checked"),
    };
}
