using System.Text.Json.Nodes;

namespace InternVideoNext.Notebooks.Jupyter;

/// <summary>Reads off an executed notebook what went wrong in it.</summary>
internal static class JupyterOutcome
{
    /// <summary>The first cell that failed or wrote to standard error, and how; null where none did.</summary>
    /// <param name="notebook">The executed notebook's text.</param>
    public static string? FailureIn(string notebook)
    {
        var cells = JsonNode.Parse(notebook)!["cells"]!.AsArray();
        for (var i = 0; i < cells.Count; i++)
            foreach (var output in cells[i]!["outputs"]?.AsArray() ?? [])
                if (Failure(output!) is { } failure) return $"cell {i + 1}: {failure}";
        return null;
    }

    private static string? Failure(JsonNode output) => (string?)output["output_type"] switch
    {
        "error" => $"{(string?)output["ename"]}: {(string?)output["evalue"]}",
        "stream" when (string?)output["name"] == "stderr" => $"it writes to standard error: {Text(output["text"]).Trim()}",
        _ => null,
    };

    private static string Text(JsonNode? text) =>
        text is JsonArray lines ? string.Concat(lines.Select(line => (string?)line)) : (string?)text ?? "";
}
