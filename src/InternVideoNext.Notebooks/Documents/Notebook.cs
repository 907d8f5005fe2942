using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace InternVideoNext.Notebooks.Documents;

/// <summary>A notebook file (nbformat 4). What this program does not know is kept as it was.</summary>
internal sealed class Notebook
{
    // As Jupyter writes: one space of indentation, letters beyond ASCII as they are.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;

    private Notebook(JsonObject root, string name, List<NotebookCell> cells) => (_root, Name, Cells) = (root, name, cells);

    /// <summary>The file's name, for messages.</summary>
    public string Name { get; }

    /// <summary>The cells in order.</summary>
    public List<NotebookCell> Cells { get; }

    /// <summary>The first heading, or the file's name.</summary>
    public string Title =>
        Cells.Where(cell => cell.Kind == CellKind.Markdown).SelectMany(cell => cell.Source.Split('\n'))
            .FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal))?[2..].Trim() ?? Path.GetFileNameWithoutExtension(Name);

    /// <summary>Reads a file.</summary>
    /// <exception cref="NotebookException">It is not a notebook of nbformat 4.</exception>
    public static Notebook Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), Path.GetFileName(path));
        }
        catch (JsonException e)
        {
            throw new NotebookException($"{path} is no notebook: line {e.LineNumber + 1} is not JSON ({e.Message}).");
        }
    }

    /// <summary>Reads a notebook's text.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="name">What to call it in messages.</param>
    public static Notebook Parse(string text, string name)
    {
        if (JsonNode.Parse(text) is not JsonObject root || root["cells"] is not JsonArray cells)
            throw new NotebookException($"{name} is no notebook: it has no list 'cells'.");
        if ((int?)root["nbformat"] is not 4)
            throw new NotebookException(
                $"{name} has nbformat {root["nbformat"]}; only 4 can be run. Open and save it with a newer Jupyter.");
        return new Notebook(root, name, [.. cells.Select((cell, index) => NotebookCell.Read(cell, name, index))]);
    }

    /// <summary>The file's text: nbformat 4.5, where every cell has an id.</summary>
    public string ToJson()
    {
        var root = (JsonObject)_root.DeepClone();
        var used = new HashSet<string>();
        root["cells"] = new JsonArray([.. Cells.Select((cell, index) => (JsonNode)cell.ToJson(index, used))]);
        root["metadata"] ??= new JsonObject();
        root["nbformat"] = 4;
        root["nbformat_minor"] = Math.Max(5, (int?)_root["nbformat_minor"] ?? 5);
        return root.ToJsonString(Json) + "\n";
    }
}
