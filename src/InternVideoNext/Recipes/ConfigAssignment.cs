using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>One <c>path=value</c> of the command line, applied to a configuration's JSON.</summary>
internal sealed class ConfigAssignment
{
    private const string Kind = "kind";
    private readonly string _text;
    private readonly string[] _path;
    private readonly string _value;

    private ConfigAssignment(string text, string path, string value) =>
        (_text, _path, _value) = (text, path.Trim().Split('.'), value.Trim());

    /// <summary>What it sets.</summary>
    public string Path => string.Join('.', _path);

    /// <exception cref="ConfigurationException">There is no equals sign.</exception>
    public static ConfigAssignment Parse(string text) => text.Split('=', 2) is [var path, var value]
        ? new ConfigAssignment(text, path, value)
        : throw new ConfigurationException($"--set {text}: expected path=value, for example training.steps=100");

    /// <exception cref="ConfigurationException">The path names nothing; the message lists what could stand there.</exception>
    public string Apply(string json)
    {
        if (_path is ["stage"]) throw new ConfigurationException($"--set {_text}: the stage is chosen by the command");
        var root = JsonNode.Parse(json)!;
        var holder = root;
        foreach (var part in _path[..^1]) holder = Member(holder, part)
            ?? throw Unknown(holder, part, isNull: holder is JsonObject o && o.ContainsKey(part));
        var last = _path[^1];
        if (holder is JsonArray list && IndexIn(list, last) is { } index) list[index] = Value();
        else if (holder is not JsonObject target || !target.ContainsKey(last)) throw Unknown(holder, last, isNull: false);
        else if (last == Kind && target[Kind]?.ToString() != _value) return OfNewKind(root, target);
        else target[last] = Value();
        return root.ToJsonString();
    }

    // The members of another kind mean nothing to the new one: it starts from its own defaults.
    private string OfNewKind(JsonNode root, JsonObject target)
    {
        target.Clear();
        target[Kind] = Value();
        return ConfigJson.Write(ConfigJson.Parse(root.ToJsonString(), $"--set {_text}"));
    }

    private JsonNode? Value()
    {
        try
        {
            return JsonNode.Parse(_value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(_value);
        }
    }

    private static JsonNode? Member(JsonNode? node, string part) => node switch
    {
        JsonObject members => members[part],
        JsonArray list when IndexIn(list, part) is { } index => list[index],
        _ => null,
    };

    private static int? IndexIn(JsonArray list, string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count ? index : null;

    private ConfigurationException Unknown(JsonNode? node, string part, bool isNull)
    {
        if (isNull) return new ConfigurationException($"--set {_text}: '{part}' is null; set the whole of it, as JSON: {part}={{...}}");
        var known = node switch
        {
            JsonObject members => string.Join(", ", members.Select(p => p.Key)),
            JsonArray list => list.Count == 0 ? "nothing, the list is empty" : $"0 to {list.Count - 1}",
            _ => "nothing, it is a single value",
        };
        return new ConfigurationException($"--set {_text}: there is no '{part}' here; known: {known}");
    }
}
