using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using InternVideoNext.Training;

namespace InternVideoNext.Configuration;

/// <summary>Reads and writes configurations: snake_case JSON in which an unknown name is an error.</summary>
public static class ConfigJson
{
    /// <summary>The configuration as indented JSON.</summary>
    public static string Write(RunConfig config) => JsonSerializer.Serialize(config, ConfigJsonContext.Default.RunConfig);

    /// <summary>Parses and validates a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="ConfigurationException">Not JSON, an unknown or missing member, or values that do not fit together.</exception>
    public static RunConfig Read(string json, string source)
    {
        try
        {
            var config = JsonSerializer.Deserialize(json, ConfigJsonContext.Default.RunConfig)
                ?? throw new ConfigurationException($"{source}: the configuration is null");
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new ConfigurationException($"{source}: {e.Message}", e);
        }
    }

    /// <summary>A copy of <paramref name="config"/> with single values replaced.</summary>
    /// <param name="config">The configuration to start from.</param>
    /// <param name="assignments"><c>path=value</c>, for example <c>training.steps=100</c>; the value is JSON, or else taken as text.</param>
    /// <exception cref="ConfigurationException">A path names nothing, or a value does not fit; the message lists what could stand there.</exception>
    public static RunConfig Override(RunConfig config, IEnumerable<string> assignments)
    {
        var root = JsonNode.Parse(Write(config))!;
        foreach (var assignment in assignments) Assign(root, assignment);
        return Read(root.ToJsonString(), "--set");
    }

    private static void Assign(JsonNode root, string assignment)
    {
        var (path, text) = assignment.Split('=', 2) is [var left, var right]
            ? (left.Trim(), right) : throw new ConfigurationException($"--set {assignment}: expected path=value, for example training.steps=100");
        var parts = path.Split('.');
        var node = root;
        foreach (var part in parts[..^1])
            node = (node as JsonObject)?[part] ?? throw Unknown(assignment, part, node);
        if (node is not JsonObject target || !target.ContainsKey(parts[^1])) throw Unknown(assignment, parts[^1], node);
        target[parts[^1]] = ParseValue(text);
    }

    private static JsonNode? ParseValue(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static ConfigurationException Unknown(string assignment, string part, JsonNode? node)
    {
        var known = node is JsonObject o ? string.Join(", ", o.Select(p => p.Key)) : "nothing, it is a single value";
        return new ConfigurationException($"--set {assignment}: there is no '{part}' here; known: {known}");
    }
}

/// <summary>Source-generated (de)serialisers of everything a run writes as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowOutOfOrderMetadataProperties = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunConfig))]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;

/// <summary>One line per object, for logs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(StepMetrics))]
internal sealed partial class LogJsonContext : JsonSerializerContext;
