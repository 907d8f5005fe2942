using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternVideoNext.Ablations;
using InternVideoNext.Data;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Runs;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Interactive;

/// <summary>
/// Logs, results and manifests as data frames, to be filtered, sorted, joined and saved: a row for each record, a column for each member
/// under its name in the files, inner ones behind a dot (<c>interval.low</c>, <c>parts.pixel</c>). Lists within a record are left out.
/// <see cref="ResultTable.FromDataFrame"/> shows a frame. Ablations' results have their own, <see cref="AblationResults.ToDataFrame"/>.
/// </summary>
public static class DataFrames
{
    /// <summary>A training log, a row a step: <c>step</c>, <c>loss</c>, <c>parts.*</c>, <c>learning_rate</c>, ...</summary>
    public static DataFrame ToDataFrame(this IEnumerable<StepMetrics> log) => Of(log);

    /// <summary>What probes report, a row a probe: <c>label</c>, <c>top1</c>, <c>interval.low</c>, <c>test_used</c>, ...</summary>
    public static DataFrame ToDataFrame(this IEnumerable<ProbeResult> results) => Of(results);

    /// <summary>
    /// A probe's grid, a row for each point that was tried: <c>setting.learning_rate</c>, <c>validation_top1</c>, <c>test_top1</c>,
    /// <c>chosen</c>, ...
    /// </summary>
    public static DataFrame ToDataFrame(this IEnumerable<GridPoint> grid) => Of(grid);

    /// <summary>
    /// A manifest's clips: <c>id</c>, <c>path</c>, <c>split</c>, each label's class by name as <c>labels.*</c>, and <c>segment.*</c>.
    /// </summary>
    public static DataFrame ToDataFrame(this Manifest manifest)
    {
        var frame = Of(manifest.Entries);
        foreach (var (label, classes) in manifest.Labels)
        {
            var name = $"labels.{label}";
            if (frame.Columns.IndexOf(name) < 0) continue;
            var names = frame.Columns[name].Cast<int?>().Select(index => index is { } i ? classes[i] : null).ToList();
            frame.Columns[name] = FrameColumn.Of(name, typeof(string), names);
        }
        return frame;
    }

    /// <summary>
    /// A probe's classes: <c>class</c>, <c>test_clips</c>, <c>accuracy</c> (none without clips), and the class that it is most often
    /// <c>taken_for</c> when wrong, with its number of <c>clips</c>.
    /// </summary>
    public static DataFrame ClassesToDataFrame(this ProbeResult result)
    {
        var confused = result.Confusion.Select((row, truth) => row.Select((clips, answer) => ((int Class, int Clips)?)(answer, clips))
            .Where(other => other!.Value.Class != truth && other.Value.Clips > 0).MaxBy(other => other!.Value.Clips)).ToList();
        return new DataFrame(
            FrameColumn.Of("class", typeof(string), result.Classes),
            FrameColumn.Of("test_clips", typeof(int), result.Confusion.Select(row => (object)row.Sum())),
            FrameColumn.Of("accuracy", typeof(double), result.PerClassAccuracy.Cast<object?>()),
            FrameColumn.Of("taken_for", typeof(string), confused.Select(other => other is { } o ? result.Classes[o.Class] : null)),
            FrameColumn.Of("clips", typeof(int), confused.Select(other => (object?)other?.Clips)));
    }

    /// <summary>A probe's confusion matrix: a row for each true class, <c>class</c>, and a column of test clips for each answer.</summary>
    public static DataFrame ConfusionToDataFrame(this ProbeResult result) => new(result.Classes.Select((name, answer) =>
            FrameColumn.Of(name, typeof(int), result.Confusion.Select(row => (object)row[answer])))
        .Prepend(FrameColumn.Of("class", typeof(string), result.Classes)));

    private static DataFrame Of<T>(IEnumerable<T> records)
    {
        var rows = records.ToList();
        var columns = new List<(string Name, Type Type, object?[] Values)>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++)
            foreach (var (name, type, value) in Members("", typeof(T), rows[row]))
            {
                if (known.TryAdd(name, columns.Count)) columns.Add((name, type, new object?[rows.Count]));
                columns[known[name]].Values[row] = value;
            }
        return new DataFrame(columns.Select(column => FrameColumn.Of(column.Name, column.Type, column.Values)));
    }

    // As the serialiser sees them, so that a column's name is the member's in JSON and its type does not hang on the values.
    private static IEnumerable<(string Name, Type Type, object? Value)> Members(string name, Type type, object? value)
    {
        var options = SnakeCaseJson.Line;
        var info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return info.Kind switch
        {
            JsonTypeInfoKind.None => [(name, info.Type.IsEnum ? typeof(string) : info.Type, Plain(value, info))],
            JsonTypeInfoKind.Object =>
                info.Properties.Where(p => p.Get is not null)
                    .SelectMany(p => Members(Join(name, p.Name), p.PropertyType, value is null ? null : p.Get!(value))),
            JsonTypeInfoKind.Dictionary when value is IDictionary named =>
                named.Keys.Cast<string>().SelectMany(key => Members(Join(name, key), info.ElementType!, named[key])),
            _ => [],
        };
    }

    private static object? Plain(object? value, JsonTypeInfo info) =>
        value is not null && info.Type.IsEnum ? JsonSerializer.SerializeToNode(value, info)!.GetValue<string>() : value;

    private static string Join(string name, string member) => name.Length == 0 ? member : $"{name}.{member}";
}
