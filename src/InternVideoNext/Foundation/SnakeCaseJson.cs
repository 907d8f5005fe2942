using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace InternVideoNext.Foundation;

/// <summary>
/// How this package's own files stand in JSON. Members and enumerations are snake_case. A member that is unknown, given twice, or missing
/// though required is an error; an absent one keeps its initialiser, and null ones are left out. Parts of a configuration are of any kind
/// that is registered by then (<see cref="ConfigKinds"/>).
/// </summary>
internal static class SnakeCaseJson
{
    private static readonly Func<JsonSerializerOptions>
        IndentedNow = Options(isIndented: true, JsonIgnoreCondition.WhenWritingNull),
        CompleteNow = Options(isIndented: true, JsonIgnoreCondition.Never),
        LineNow = Options(isIndented: false, JsonIgnoreCondition.WhenWritingNull);

    /// <summary>For files that people read.</summary>
    public static JsonSerializerOptions Indented => IndentedNow();

    /// <summary>As <see cref="Indented"/>, null members too: a configuration shows all that can be set.</summary>
    public static JsonSerializerOptions Complete => CompleteNow();

    /// <summary>For logs, messages and metadata.</summary>
    public static JsonSerializerOptions Line => LineNow();

    /// <summary>Reads a value.</summary>
    /// <exception cref="JsonException">
    /// Not JSON, null, or a member is unknown, missing, given twice or of another type; the message tells.
    /// </exception>
    public static T Parse<T>(string json)
    {
        ThrowIfGivenTwice(json);
        return JsonSerializer.Deserialize<T>(json, Line) ?? throw new JsonException("the text is null");
    }

    /// <summary>As <see cref="Parse"/>, for users.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="ConfigurationException">As <see cref="Parse"/>, or a kind is missing; names source and place.</exception>
    public static T Read<T>(string json, string source)
    {
        try
        {
            return Parse<T>(json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            var place = e is JsonException { Path: { } path } ? $" (at {path})" : "";
            throw new ConfigurationException($"{source}: {e.Message.Split(" Path: ", 2)[0]}{place}", e);
        }
    }

    private static Func<JsonSerializerOptions> Options(bool isIndented, JsonIgnoreCondition ignored) => ConfigKinds.Options(new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = ignored,
        RespectNullableAnnotations = true,
        AllowOutOfOrderMetadataProperties = true,
        WriteIndented = isIndented,
        Converters = { new SnakeCaseEnumConverter() },
        // By reflection: generated readers lose the initialisers of absent members (dotnet/runtime issue 84484).
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Require } },
    });

    // A parameter that can be neither null nor left out must be given, and what must be given is written also where it is null.
    private static void Require(JsonTypeInfo info)
    {
        foreach (var property in info.Properties)
        {
            var parameter = property.Set is null ? null : property.AssociatedParameter;
            if (parameter is { HasDefaultValue: false, IsNullable: false, IsMemberInitializer: false }) property.IsRequired = true;
            if (property.IsRequired) property.ShouldSerialize = static (_, _) => true;
        }
    }

    // The serialiser would take the last one.
    private static void ThrowIfGivenTwice(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        var open = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject) open.Push(new(StringComparer.Ordinal));
            else if (reader.TokenType == JsonTokenType.EndObject) open.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is { } name && !open.Peek().Add(name))
                throw new JsonException($"'{name}' is given twice");
        }
    }
}
