using System.Text.Json;
using System.Text.RegularExpressions;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>Reads and writes configurations: snake_case JSON in which an unknown name is an error.</summary>
public static partial class ConfigJson
{
    /// <summary>The configuration as indented JSON.</summary>
    /// <exception cref="ConfigurationException">A part is of a kind that nobody registered.</exception>
    public static string Write(RunConfig config)
    {
        try
        {
            return JsonSerializer.Serialize(config, SnakeCaseJson.Complete);
        }
        catch (NotSupportedException e)
        {
            throw new ConfigurationException(
                "a part of the configuration is of a kind that is not registered; call ConfigKinds.Register<ItsConfig>(\"its_name\") "
                + $"first. {FirstSentence(e.Message)}", e);
        }
    }

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
    /// <exception cref="ConfigurationException">
    /// A path names nothing, or a value does not fit; the message lists what could stand there.
    /// </exception>
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
            return SnakeCaseJson.Parse<RunConfig>(json);
        }
        catch (JsonException e)
        {
            throw new ConfigurationException($"{source}: {Describe(e)}", e);
        }
        catch (NotSupportedException e)
        {
            throw new ConfigurationException(
                $"{source}: 'kind' or 'stage' is missing where there are several: {FirstSentence(e.Message)}", e);
        }
    }

    // The place first, in the notation of --set, then what is wrong there.
    private static string Describe(JsonException error)
    {
        var place = error.Path is { Length: > 2 } path ? path.TrimStart('$', '.') : "";
        var what = UnknownKind().Match(error.Message) is { Success: true } kind ? ConfigKinds.Unknown(kind.Groups[1].Value, place)
            : FirstSentence(error.Message);
        return place.Length > 0 ? $"{place}: {what}" : what;
    }

    [GeneratedRegex("unrecognized type discriminator id '([^']*)'")]
    private static partial Regex UnknownKind();

    private static string FirstSentence(string message) => message.Split(" Path: ", 2)[0].Trim();
}
