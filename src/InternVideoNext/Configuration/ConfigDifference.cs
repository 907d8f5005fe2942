using System.Text.Json.Nodes;
using InternVideoNext.Training;

namespace InternVideoNext.Configuration;

/// <summary>Says in which values two configurations differ.</summary>
public static class ConfigDifference
{
    /// <summary>One line per differing path: <c>path: before -> after</c>; empty where they are equal.</summary>
    public static string Describe(RunConfig before, RunConfig after)
    {
        var (left, right) = (Flatten(before), Flatten(after));
        var paths = left.Keys.Union(right.Keys).Order(StringComparer.Ordinal);
        return string.Join('\n', paths
            .Where(path => left.GetValueOrDefault(path) != right.GetValueOrDefault(path))
            .Select(path => $"  {path}: {left.GetValueOrDefault(path) ?? "absent"} -> {right.GetValueOrDefault(path) ?? "absent"}"));
    }

    private static Dictionary<string, string> Flatten(RunConfig config)
    {
        var values = new Dictionary<string, string>();
        Visit(JsonNode.Parse(ConfigJson.Write(config)), "");
        return values;

        void Visit(JsonNode? node, string path)
        {
            if (node is JsonObject members)
                foreach (var (name, member) in members) Visit(member, path.Length == 0 ? name : $"{path}.{name}");
            else values[path] = node?.ToJsonString() ?? "null";
        }
    }
}
