using System.Text.Json;
using InternVideoNext.Configuration;

namespace InternVideoNext.Training;

/// <summary>Reads <c>metrics.jsonl</c>.</summary>
public static class MetricsFile
{
    /// <summary>Every complete line, in order; a last line cut short by a kill is left out.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StepMetrics> Read(string path) => !File.Exists(path) ? [] : [.. File.ReadLines(path).Select(Parse).OfType<StepMetrics>()];

    internal static StepMetrics? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LogJsonContext.Default.StepMetrics);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
