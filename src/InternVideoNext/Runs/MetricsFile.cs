using System.Text;
using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Runs;

/// <summary>Reads <c>metrics.jsonl</c>.</summary>
public static class MetricsFile
{
    private const int TailBytes = 1 << 20;

    /// <summary>Every complete line, in order; a last line cut short by a kill is left out.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StepMetrics> Read(string path) =>
        !File.Exists(path) ? [] : [.. File.ReadLines(path).Select(Parse).OfType<StepMetrics>()];

    /// <summary>
    /// Every line, in order. Only the last may be incomplete, as a kill leaves it; any other that is no step's is an error.
    /// </summary>
    /// <param name="path">The file; a missing one has no steps.</param>
    /// <param name="lastLineCut">Whether the last line was incomplete and left out.</param>
    /// <exception cref="MetricsFileException">A line is malformed; the message gives its number.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StepMetrics> ReadStrictly(string path, out bool lastLineCut)
    {
        lastLineCut = false;
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        var steps = new List<StepMetrics>();
        var endsWithLine = EndsWithLine(file);
        for (var (number, line) = (1, reader.ReadLine()); line is not null; number++)
        {
            var next = reader.ReadLine();
            lastLineCut = next is null && !endsWithLine;
            if (!lastLineCut) steps.Add(ParseStrictly(line, path, number));
            line = next;
        }
        return steps;
    }

    /// <summary>
    /// The complete lines among the last of a file, in order: enough for what a list shows of a run, whatever its length.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StepMetrics> ReadTail(string path)
    {
        if (!File.Exists(path)) return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(-Math.Min(file.Length, TailBytes), SeekOrigin.End);
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        // The first line may begin in its middle, the last may end there: neither then parses.
        return [.. reader.ReadToEnd().Split('\n').Select(Parse).OfType<StepMetrics>()];
    }

    internal static StepMetrics? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<StepMetrics>(line, SnakeCaseJson.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static StepMetrics ParseStrictly(string line, string path, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<StepMetrics>(line, SnakeCaseJson.Line) ?? throw new JsonException("null is no step");
        }
        catch (JsonException e)
        {
            throw new MetricsFileException(
                $"{path}:{number}: not a step's line: {e.Message.Split(" Path: ", 2)[0]} Remove the line, or restore the file from a copy.",
                    e);
        }
    }

    private static bool EndsWithLine(FileStream file)
    {
        if (file.Length == 0) return true;
        file.Seek(-1, SeekOrigin.End);
        var last = file.ReadByte();
        file.Seek(0, SeekOrigin.Begin);
        return last == '\n';
    }
}

/// <summary>A line of a run's log is not what was written there; the message names file and line.</summary>
public sealed class MetricsFileException : IOException
{
    /// <summary>Creates the error with the whole message.</summary>
    public MetricsFileException(string message, Exception? inner) : base(message, inner) { }
}
