using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternVideoNext.Notebooks.Kernel;

/// <summary>Events as lines of text. A mark tells them from what native code prints on the same stream.</summary>
/// <param name="output">The process's own standard output.</param>
internal sealed class KernelChannel(TextWriter output)
{
    private const string Mark = "\u001eivnext ";

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    private readonly Lock _lock = new();

    public void Send(KernelEvent happened)
    {
        lock (_lock)
        {
            output.WriteLine(Mark + JsonSerializer.Serialize(happened, Json));
            output.Flush();
        }
    }

    /// <summary>The event in a line, or null for any other text.</summary>
    public static KernelEvent? Read(string line)
    {
        // Native text without a line end may stand before the mark.
        var at = line.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? null : JsonSerializer.Deserialize<KernelEvent>(line.AsSpan(at + Mark.Length), Json);
    }
}
