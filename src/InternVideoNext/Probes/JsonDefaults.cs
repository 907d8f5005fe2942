using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace InternVideoNext.Probes;

/// <summary>
/// Reading that keeps the initialisers of init-only properties. Source-generated readers set every init-only property, those
/// absent from the text to 0, false or null, whatever their initialisers say
/// (dotnet/runtime issue 84484). So absent members are filled in, from a fresh instance, before reading.
/// </summary>
internal static class JsonDefaults
{
    /// <summary>Reads a value; members that are absent and not required have their initialisers' values at every depth.</summary>
    /// <exception cref="JsonException">Malformed text, null, or a member that is unknown, missing or given twice.</exception>
    public static T Read<T>(string json, JsonTypeInfo<T> info)
    {
        var node = JsonNode.Parse(json);
        try
        {
            Complete(node, info);
        }
        catch (ArgumentException error)
        {
            throw new JsonException($"A member is given twice: {error.Message}", error);
        }
        return node.Deserialize(info) ?? throw new JsonException("The text is null.");
    }

    private static void Complete(JsonNode? node, JsonTypeInfo info)
    {
        if (node is JsonArray array && info is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element })
        {
            foreach (var item in array) Complete(item, info.Options.GetTypeInfo(element));
        }
        if (node is not JsonObject members || info.Kind != JsonTypeInfoKind.Object
            || info.Type.GetConstructor(Type.EmptyTypes) is null) return;
        var defaults = Activator.CreateInstance(info.Type)!;
        foreach (var property in info.Properties.Where(property => property.Get is not null))
        {
            var type = info.Options.GetTypeInfo(property.PropertyType);
            if (members.TryGetPropertyValue(property.Name, out var given)) Complete(given, type);
            else if (!property.IsRequired && property.Get!(defaults) is { } value) members[property.Name] = JsonSerializer.SerializeToNode(
                value, type);
        }
    }
}
