using System.Globalization;
using InternVideoNext.Recipes;

namespace InternVideoNext.Benchmarks;

/// <summary>Two results side by side, and what keeps them from being compared.</summary>
/// <param name="Figures">Every figure that both have, in the order of a report.</param>
/// <param name="Obstacles">
/// Differences of machine, precision, batch, work or model; none where the two did the same work in the same place.
/// </param>
/// <param name="Remarks">Differences that are what one compares for, such as libtorch's version or the system's load.</param>
public sealed record BenchmarkComparison(
    IReadOnlyList<ComparedFigure> Figures, IReadOnlyList<string> Obstacles, IReadOnlyList<string> Remarks)
{
    // What a configuration holds that no step's time depends on.
    private static readonly string[] Indifferent =
        ["preset", "training.steps", "training.seed", "training.warmup_steps", "training.log_every", "training.base_learning_rate",
            "training.start_learning_rate", "training.final_learning_rate", "start", "teacher.path", "teacher.random_weights"];

    /// <summary>Compares.</summary>
    /// <param name="a">What ratios are of.</param>
    /// <param name="b">What ratios are to.</param>
    public static BenchmarkComparison Of(BenchmarkResult a, BenchmarkResult b) =>
        new([.. FiguresOf(a, b)], [.. ObstaclesBetween(a, b)], [.. RemarksOn(a, b)]);

    private static IEnumerable<ComparedFigure> FiguresOf(BenchmarkResult a, BenchmarkResult b)
    {
        yield return new("clips/s", a.Throughput.ClipsPerSecond.Median, b.Throughput.ClipsPerSecond.Median);
        yield return new("ms a step", a.Throughput.MillisecondsPerStep.Median, b.Throughput.MillisecondsPerStep.Median);
        yield return new(
            "processor ms a step", a.Throughput.ProcessorMillisecondsPerStep.Median, b.Throughput.ProcessorMillisecondsPerStep.Median);
        foreach (var name in a.Parts.Select(p => p.Part).Union(b.Parts.Select(p => p.Part)).OrderBy(n => n == "rest"))
            yield return new($"  {name}, ms", Part(a, name), Part(b, name));
        yield return new("model TFLOP/s", a.Arithmetic?.FlopPerSecond / 1e12, b.Arithmetic?.FlopPerSecond / 1e12);
        yield return new("matrix product TFLOP/s", a.Arithmetic?.PeakFlopPerSecond / 1e12, b.Arithmetic?.PeakFlopPerSecond / 1e12);
        yield return new("utilisation, %", 100 * a.Arithmetic?.Utilisation, 100 * b.Arithmetic?.Utilisation);
        yield return new("peak memory, MiB", a.Memory.PeakMebibytes, b.Memory.PeakMebibytes);
        yield return new("issuing operators, ms", a.Overhead?.Milliseconds, b.Overhead?.Milliseconds);
    }

    private static double? Part(BenchmarkResult result, string name) => result.Parts.FirstOrDefault(p => p.Part == name)?.Milliseconds;

    private static IEnumerable<string> ObstaclesBetween(BenchmarkResult a, BenchmarkResult b)
    {
        if (a.Machine.Device != b.Machine.Device) yield return $"device: {a.Machine.Device} | {b.Machine.Device}";
        if (a.Machine.Processor != b.Machine.Processor || a.Machine.Cores != b.Machine.Cores)
            yield return $"processor: {a.Machine.Processor}, {a.Machine.Cores} cores | {b.Machine.Processor}, {b.Machine.Cores} cores";
        if (a.Config.Training.Device == "cpu"
            && a.Machine.Threads != b.Machine.Threads) yield return $"threads: {a.Machine.Threads} | {b.Machine.Threads}";
        if (a.WithTeacher != b.WithTeacher) yield return $"the teacher's forward pass: {Included(a)} | {Included(b)}";
        if (a.Config.GetType() != b.Config.GetType())
        {
            yield return $"stage: {Stage(a)} | {Stage(b)}";
            yield break;
        }
        var differing = ConfigDifference.Paths(a.Config, b.Config).Where(path => !Indifferent.Contains(path) && path != "training.threads")
            .ToList();
        if (differing.Count > 0) yield return $"configuration: {string.Join(", ", differing)}";
        foreach (var part in a.Parameters.Keys.Union(b.Parameters.Keys))
        {
            var (ours, theirs) = (a.Parameters.GetValueOrDefault(part), b.Parameters.GetValueOrDefault(part));
            if (ours != theirs) yield return string.Create(CultureInfo.InvariantCulture, $"parameters of the {part}: {ours} | {theirs}");
        }
    }

    private static IEnumerable<string> RemarksOn(BenchmarkResult a, BenchmarkResult b)
    {
        if (a.Machine.Torch != b.Machine.Torch) yield return $"libtorch: {a.Machine.Torch} | {b.Machine.Torch}";
        if (a.Machine.Runtime != b.Machine.Runtime) yield return $"runtime: {a.Machine.Runtime} | {b.Machine.Runtime}";
        if (a.Machine.System != b.Machine.System) yield return $"system: {a.Machine.System} | {b.Machine.System}";
        if (a.Memory.Method != b.Memory.Method) yield return $"memory counted as: {a.Memory.Method} | {b.Memory.Method}";
        yield return string.Create(
            CultureInfo.InvariantCulture, $"load average before: {a.Machine.Load:0.00} | {b.Machine.Load:0.00} on {a.Machine.Cores} cores");
    }

    private static string Included(BenchmarkResult result) => result.WithTeacher ? "included" : "left out";

    private static string Stage(BenchmarkResult result) => result.Config.GetType().Name;
}

/// <summary>One figure of two results.</summary>
/// <param name="Name">What it is, with its unit.</param>
/// <param name="A">Of the first; null where it has none.</param>
/// <param name="B">Of the second; null where it has none.</param>
public sealed record ComparedFigure(string Name, double? A, double? B)
{
    /// <summary>The first over the second; null where either is missing or zero.</summary>
    public double? Ratio => B is null or 0 ? null : A / B;
}
