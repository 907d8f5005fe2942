using System.Net;
using System.Text.Json.Nodes;

namespace InternVideoNext.Notebooks.Documents;

/// <summary>One output of a code cell, as nbformat has it.</summary>
internal abstract record CellOutput
{
    public abstract JsonObject ToJson();

    /// <summary>Text as nbformat's list of lines, each with its line end.</summary>
    public static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is var at && at < 0 ? text.Length : at + 1;
            lines.Add((JsonNode)text[start..end]);
            start = end;
        }
        return lines;
    }
}

/// <summary>Text on the console.</summary>
/// <param name="Name">stdout or stderr.</param>
/// <param name="Text">What was written.</param>
internal sealed record StreamOutput(string Name, string Text) : CellOutput
{
    public override JsonObject ToJson() => new() { ["output_type"] = "stream", ["name"] = Name, ["text"] = Lines(Text) };
}

/// <summary>A shown value.</summary>
/// <param name="Data">By MIME type.</param>
/// <param name="Html">Its own HTML, for pages; not saved in the notebook.</param>
/// <param name="ExecutionCount">The cell's, if the value is the cell's result; null if it was displayed on the way.</param>
internal sealed record DataOutput(IReadOnlyDictionary<string, string> Data, string? Html, int? ExecutionCount) : CellOutput
{
    public override JsonObject ToJson()
    {
        var data = new JsonObject();
        // Pictures but SVG are base64 and stay in one piece.
        foreach (var (type, text) in Data)
            data[type] = type.StartsWith("image/", StringComparison.Ordinal) && type != "image/svg+xml" ? text : Lines(text);
        var output = new JsonObject { ["output_type"] = ExecutionCount is null ? "display_data" : "execute_result" };
        if (ExecutionCount is { } count) output["execution_count"] = count;
        output["data"] = data;
        output["metadata"] = new JsonObject();
        return output;
    }
}

/// <summary>The words beneath a picture, an output of their own: of the types of one output a page shows the richest alone.</summary>
/// <param name="Text">Plain text. Pages leave it out, since a value's own HTML has it.</param>
internal sealed record CaptionOutput(string Text) : CellOutput
{
    public override JsonObject ToJson() =>
        new DataOutput(
            new Dictionary<string, string>
            { ["text/html"] = $"<p>{WebUtility.HtmlEncode(Text)}</p>", ["text/plain"] = Text }, null, null).ToJson();
}

/// <summary>Why a cell failed.</summary>
/// <param name="Name">The exception's type.</param>
/// <param name="Message">Its message.</param>
/// <param name="Details">The stack, line by line.</param>
internal sealed record ErrorOutput(string Name, string Message, IReadOnlyList<string> Details) : CellOutput
{
    public override JsonObject ToJson() => new()
    {
        ["output_type"] = "error",
        ["ename"] = Name,
        ["evalue"] = Message,
        ["traceback"] = new JsonArray([.. Details.Select(line => (JsonNode)line)]),
    };
}
