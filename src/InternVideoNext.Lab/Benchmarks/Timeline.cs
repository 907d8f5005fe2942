using System.Diagnostics;
using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Spans of time, one within another, written in the trace event format that ui.perfetto.dev and chrome://tracing open.
/// </summary>
/// <param name="wait">Waits until the device has done what it was given: a span then holds its own work.</param>
internal sealed class Timeline(Action wait)
{
    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly Stack<(string Name, string Category, double Began)> _open = new();
    private readonly List<Span> _spans = [];

    /// <summary>The spans that have ended, the inner ones before those around them.</summary>
    public IReadOnlyList<Span> Spans => _spans;

    /// <summary>Begins a span inside the one that began last.</summary>
    /// <param name="name">As shown.</param>
    /// <param name="category">The kind, for filters.</param>
    public void Begin(string name, string category)
    {
        wait();
        _open.Push((name, category, Now()));
    }

    /// <summary>Ends the span that began last.</summary>
    public void End()
    {
        wait();
        var (name, category, began) = _open.Pop();
        _spans.Add(new Span(name, category, began, Now() - began));
    }

    /// <summary>Writes the file aside and renames it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="process">What ran, as the viewer shows it.</param>
    public void Save(string path, string process) => AsideFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        WriteName(json, process);
        foreach (var span in _spans.OrderBy(s => s.Microseconds).ThenByDescending(s => s.Duration)) Write(json, span);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteName(Utf8JsonWriter json, string process)
    {
        json.WriteStartObject();
        json.WriteString("name", "process_name");
        json.WriteString("ph", "M");
        json.WriteNumber("pid", 1);
        json.WriteStartObject("args");
        json.WriteString("name", process);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Span span)
    {
        json.WriteStartObject();
        json.WriteString("name", span.Name);
        json.WriteString("cat", span.Category);
        json.WriteString("ph", "X");
        json.WriteNumber("ts", span.Microseconds);
        json.WriteNumber("dur", span.Duration);
        json.WriteNumber("pid", 1);
        json.WriteNumber("tid", 1);
        json.WriteEndObject();
    }

    private double Now() => Stopwatch.GetElapsedTime(_origin).TotalMicroseconds;

    /// <summary>A piece of time.</summary>
    /// <param name="Name">What went on.</param>
    /// <param name="Category">step, part or module.</param>
    /// <param name="Microseconds">When it began.</param>
    /// <param name="Duration">Microseconds.</param>
    internal sealed record Span(string Name, string Category, double Microseconds, double Duration);
}
