using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace InternVideoNext.Notebooks.Documents;

/// <summary>A cell and, of code, what it put out.</summary>
internal sealed partial class NotebookCell
{
    private readonly JsonObject _node;

    private NotebookCell(JsonObject node, CellKind kind, string source) => (_node, Kind, Source) = (node, kind, source);

    /// <summary>Code, Markdown or neither.</summary>
    public CellKind Kind { get; }

    /// <summary>The text, lines separated by \n.</summary>
    public string Source { get; }

    /// <summary>The place in the order of execution, from 1; null before.</summary>
    public int? ExecutionCount { get; set; }

    /// <summary>What the cell put out; of a cell as read, none.</summary>
    public List<CellOutput> Outputs { get; } = [];

    /// <summary>The tags of its metadata.</summary>
    public IReadOnlyList<string> Tags =>
        _node["metadata"]?["tags"] is JsonArray tags ? [.. tags.Select(tag => (string?)tag ?? "")] : [];

    /// <summary>A code cell that no file held.</summary>
    public static NotebookCell Code(string source, string tag) => new(
        new JsonObject { ["cell_type"] = "code", ["metadata"] = new JsonObject { ["tags"] = new JsonArray(tag) } }, CellKind.Code, source);

    public static NotebookCell Read(JsonNode? node, string notebook, int index)
    {
        if (node is not JsonObject cell || (string?)cell["cell_type"] is not { } type)
            throw new NotebookException($"{notebook}, cell {index + 1}: it has no 'cell_type'.");
        var source = cell["source"] switch
        {
            JsonArray lines => string.Concat(lines.Select(line => (string?)line)),
            JsonValue text => (string?)text,
            _ => null,
        };
        if (source is null) throw new NotebookException($"{notebook}, cell {index + 1}: it has no 'source'.");
        var kind = type switch { "code" => CellKind.Code, "markdown" => CellKind.Markdown, _ => CellKind.Raw };
        return new NotebookCell(cell, kind, source.ReplaceLineEndings("\n"));
    }

    /// <summary>The cell for a file.</summary>
    /// <param name="index">Its place.</param>
    /// <param name="used">Ids taken so far; its own is added.</param>
    public JsonObject ToJson(int index, HashSet<string> used)
    {
        var id = (string?)_node["id"];
        if (id is null || !Id().IsMatch(id) || !used.Add(id)) used.Add(id = $"cell-{index + 1}-{used.Count + 1}");
        var cell = new JsonObject { ["cell_type"] = (string?)_node["cell_type"], ["id"] = id };
        foreach (var (name, value) in _node)
            if (name is not ("cell_type" or "id" or "source" or "outputs" or "execution_count")) cell[name] = value?.DeepClone();
        cell["metadata"] ??= new JsonObject();
        cell["source"] = CellOutput.Lines(Source);
        if (Kind != CellKind.Code) return cell;
        cell["execution_count"] = ExecutionCount;
        cell["outputs"] = new JsonArray([.. Outputs.Select(output => (JsonNode)output.ToJson())]);
        return cell;
    }

    [GeneratedRegex("^[a-zA-Z0-9-_]{1,64}$")]
    private static partial Regex Id();
}

/// <summary>What a cell is.</summary>
internal enum CellKind
{
    /// <summary>To be run.</summary>
    Code,

    /// <summary>To be read.</summary>
    Markdown,

    /// <summary>Neither.</summary>
    Raw,
}
