using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using InternVideoNext.Training;

namespace InternVideoNext.Configuration;

/// <summary>Reads and writes configurations: snake_case JSON in which an unknown name is an error.</summary>
public static class ConfigJson
{
    // Reading goes by reflection: a generated reader sets every init-only member that is absent to zero or null, whatever
    // its default.
    private static readonly JsonSerializerOptions Reading = new(ConfigJsonContext.Default.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <summary>The configuration as indented JSON.</summary>
    public static string Write(RunConfig config) => JsonSerializer.Serialize(config, ConfigJsonContext.Default.RunConfig);

    /// <summary>Parses and validates a configuration.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="ConfigurationException">Not JSON, an unknown or missing member, or values that do not fit together.</exception>
    public static RunConfig Read(string json, string source)
    {
        var config = Parse(json, source);
        try
        {
            config.Validate();
        }
        catch (ConfigurationException e)
        {
            throw new ConfigurationException($"{source}: {e.Message}", e);
        }
        return config;
    }

    /// <summary>A copy of <paramref name="config"/> with single values replaced.</summary>
    /// <param name="config">The configuration to start from.</param>
    /// <param name="assignments">
    /// <c>path=value</c>, for example <c>training.steps=100</c>; the value is JSON, or else taken as text. A new <c>kind</c>
    /// (<c>masking.kind=tube</c>) brings that kind's defaults.
    /// </param>
    /// <exception cref="ConfigurationException">A path names nothing, or a value does not fit; the message lists what could stand there.</exception>
    public static RunConfig Override(RunConfig config, IEnumerable<string> assignments)
    {
        var json = Write(config);
        foreach (var assignment in assignments) json = ConfigAssignment.Parse(assignment).Apply(json);
        return Read(json, "--set");
    }

    /// <summary>Parses without checking ranges.</summary>
    internal static RunConfig Parse(string json, string source)
    {
        try
        {
            return JsonSerializer.Deserialize<RunConfig>(json, Reading) ?? throw new ConfigurationException($"{source}: the configuration is null");
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{source}: {Describe(e)}", e);
        }
        catch (NotSupportedException e)
        {
            throw new ConfigurationException($"{source}: 'kind' or 'stage' is missing where there are several: {FirstSentence(e.Message)}", e);
        }
    }

    // The place first, in the notation of --set, then what is wrong there.
    private static string Describe(JsonException error)
    {
        var place = error.Path is { Length: > 2 } path ? $"{path.TrimStart('$', '.')}: " : "";
        return place + FirstSentence(error.Message);
    }

    private static string FirstSentence(string message) => message.Split(" Path: ", 2)[0].Trim();
}

/// <summary>Source-generated (de)serialisers of everything a run writes as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DictionaryKeyPolicy = JsonKnownNamingPolicy.Unspecified,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    AllowOutOfOrderMetadataProperties = true,
    WriteIndented = true)]
[JsonSerializable(typeof(RunConfig))]
[JsonSerializable(typeof(CheckpointState))]
internal sealed partial class ConfigJsonContext : JsonSerializerContext;

/// <summary>One line per object, for logs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = false)]
[JsonSerializable(typeof(StepMetrics))]
internal sealed partial class LogJsonContext : JsonSerializerContext;
