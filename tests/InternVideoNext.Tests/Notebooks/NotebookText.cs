using System.Text.Json.Nodes;

namespace InternVideoNext.Tests.Notebooks;

/// <summary>Makes notebooks from a few lines.</summary>
internal static class NotebookText
{
    public static JsonObject Code(string source, params string[] tags) => Cell("code", source, tags);

    public static JsonObject Markdown(string source) => Cell("markdown", source, []);

    public static string Of(params JsonObject[] cells) => new JsonObject
    {
        ["cells"] = new JsonArray([.. cells]),
        ["metadata"] = new JsonObject
        {
            [
            "kernelspec"] = new JsonObject { ["name"] = ".net-csharp", ["language"] = "C#", ["display_name"] = ".NET (C#)" }
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    }.ToJsonString();

    private static JsonObject Cell(string type, string source, string[] tags)
    {
        var cell = new JsonObject
        {
            ["cell_type"] = type,
            ["metadata"] = new JsonObject { ["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]) },
            ["source"] = new JsonArray(
                [.. source.Split('\n').Select((line, i) => (JsonNode)(i == source.Count(c => c == '\n') ? line : line + "\n"))]),
        };
        if (type == "code") (cell["execution_count"], cell["outputs"]) = (null, new JsonArray());
        return cell;
    }
}
