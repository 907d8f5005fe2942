using System.Text.Json.Nodes;

namespace InternVideoNext.Recipes;

/// <summary>Says in which values two configurations differ.</summary>
public static class ConfigDifference
{
    /// <summary>The dotted paths at which the two differ, in order.</summary>
    public static IReadOnlyList<string> Paths(RunConfig before, RunConfig after) => [.. Changes(before, after).Select(c => c.Path)];

    /// <summary>One line per differing path: <c>path: before -> after</c>; empty where they are equal.</summary>
    public static string Describe(RunConfig before, RunConfig after) =>
        string.Join('\n', Changes(before, after).Select(c => $"  {c.Path}: {c.Before ?? "absent"} -> {c.After ?? "absent"}"));

    /// <summary>
    /// The dotted paths at which any two of several differ, in order, with each one's value as JSON; null where it has none.
    /// </summary>
    public static IReadOnlyList<(string Path, IReadOnlyList<string?> Values)> Across(IEnumerable<RunConfig> configs)
    {
        var all = configs.Select(Flatten).ToList();
        return [.. all.SelectMany(c => c.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(path => (path, (IReadOnlyList<string?>)[.. all.Select(c => c.GetValueOrDefault(path))]))
            .Where(row => row.Item2.Distinct().Count() > 1)];
    }

    private static IEnumerable<(string Path, string? Before, string? After)> Changes(RunConfig before, RunConfig after)
    {
        var (left, right) = (Flatten(before), Flatten(after));
        return left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
            .Select(path => (path, left.GetValueOrDefault(path), right.GetValueOrDefault(path)))
            .Where(c => c.Item2 != c.Item3);
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
