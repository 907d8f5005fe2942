using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Recipes;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// The speed of one configuration's training step on one machine, with what is needed to measure it again. Serialises as
/// snake_case JSON; the PyTorch twin (<c>bench/twin.py</c>) writes the same.
/// </summary>
public sealed record BenchmarkResult
{
    /// <summary>What was measured: <c>InternVideoNext</c> with its version, or <c>twin</c> with PyTorch's.</summary>
    public required string Program { get; init; }

    /// <summary>The command that measures it again.</summary>
    public required string Command { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset Measured { get; init; }

    /// <summary>Whether the teacher's forward pass is part of the step; where not, its answers were made before.</summary>
    public required bool WithTeacher { get; init; }

    /// <summary>The whole configuration: stage, model, batch, precision, device, threads.</summary>
    public required RunConfig Config { get; init; }

    /// <summary>What it ran on.</summary>
    public required BenchmarkMachine Machine { get; init; }

    /// <summary>Parameters of each part: <c>encoder</c>, <c>predictor</c>, <c>decoder</c>, <c>alignment</c>, <c>teacher</c>.</summary>
    public required IReadOnlyDictionary<string, long> Parameters { get; init; }

    /// <summary>Steps as they are in training, with nothing timed inside.</summary>
    public required BenchmarkThroughput Throughput { get; init; }

    /// <summary>Where the time goes, from further steps in which every part waited for the device; the last one is <c>rest</c>.</summary>
    public required IReadOnlyList<BenchmarkPart> Parts { get; init; }

    /// <summary>Arithmetic. Null where it was not counted.</summary>
    public BenchmarkArithmetic? Arithmetic { get; init; }

    /// <summary>Memory of the steps.</summary>
    public required BenchmarkMemory Memory { get; init; }

    /// <summary>What issuing the step's operators costs. Null where it was not measured.</summary>
    public BenchmarkOverhead? Overhead { get; init; }

    /// <summary>The loss of the last step measured; null where it was not finite.</summary>
    public double? LastLoss { get; init; }

    /// <summary>What a reader must know besides.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Indented);

    /// <summary>Writes the JSON aside and renames it.</summary>
    /// <param name="path">The file; folders are made.</param>
    public void Save(string path) => AsideFile.Write(path, ToJson());

    /// <summary>Reads what <see cref="Save"/> or the twin wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ConfigurationException">Not such a file, or a member is unknown or missing.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static BenchmarkResult Load(string path) => FromJson(File.ReadAllText(path), path);

    /// <summary>Reads what <see cref="ToJson"/> or the twin wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="ConfigurationException">Not JSON, or a member is unknown or missing.</exception>
    public static BenchmarkResult FromJson(string json, string source) =>
        SnakeCaseJson.Read<BenchmarkResult>(json, $"{source} is no benchmark's result");
}

/// <summary>A machine and what runs on it.</summary>
/// <param name="Device"><c>cpu</c>, or the graphics card's name.</param>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">Logical processors that the process may use.</param>
/// <param name="Threads">Threads of one operation on the CPU.</param>
/// <param name="Load">
/// The system's load average of the last minute before the steps: what else the machine did; null where the system tells none.
/// </param>
/// <param name="System">Operating system.</param>
/// <param name="Runtime">.NET or Python, with version.</param>
/// <param name="Torch">libtorch's or PyTorch's version.</param>
public sealed record BenchmarkMachine(
    string Device, string Processor, int Cores, int Threads, double? Load, string System, string Runtime, string Torch);

/// <summary>How fast steps are.</summary>
/// <param name="ClipsPerSecond">Clips of a step over its time.</param>
/// <param name="MillisecondsPerStep">A step's time.</param>
/// <param name="ProcessorMillisecondsPerStep">
/// Processor time of the whole process in a step, over all threads: what else the machine does weighs less on it than on the clock.
/// </param>
/// <param name="WarmUp">Steps before, not measured.</param>
/// <param name="Steps">Every measured step's time in milliseconds.</param>
public sealed record BenchmarkThroughput(
    Quartiles ClipsPerSecond, Quartiles MillisecondsPerStep, Quartiles ProcessorMillisecondsPerStep, int WarmUp,
        IReadOnlyList<double> Steps);

/// <summary>One part of a step.</summary>
/// <param name="Part">
/// Its name: <c>data</c>, <c>teacher</c>, <c>masks</c>, <c>encoder</c>, <c>alignment</c>, <c>predictor</c>, <c>decoder</c>,
/// <c>backward</c>, <c>optimiser</c>, <c>rest</c>.
/// </param>
/// <param name="Milliseconds">Median over the steps.</param>
public sealed record BenchmarkPart(string Part, double Milliseconds);

/// <summary>Floating-point operations; a multiply-add is two.</summary>
/// <param name="FlopPerClip">
/// What the model needs for a clip's step: three times the student's forward pass, once the teacher's; recomputation is not counted.
/// </param>
/// <param name="FlopPerSecond">Done, at the median step.</param>
/// <param name="PeakFlopPerSecond">Of a large matrix product, measured on the same device in the same precision before the steps.</param>
/// <param name="Utilisation">Done over peak, 0 to 1.</param>
/// <param name="Product">The matrix product, in words.</param>
public sealed record BenchmarkArithmetic(
    double FlopPerClip, double FlopPerSecond, double PeakFlopPerSecond, double Utilisation, string Product);

/// <summary>Memory.</summary>
/// <param name="PeakMebibytes">The largest amount seen; null where it could not be told.</param>
/// <param name="Method">What was counted and by whom.</param>
public sealed record BenchmarkMemory(double? PeakMebibytes, string Method);

/// <summary>The cost of issuing a step's operators, whatever they compute.</summary>
/// <param name="Milliseconds">Of a step with the same operators on the smallest tensors.</param>
/// <param name="ShareOfStep">Over the median step, 0 to 1.</param>
/// <param name="Method">How it was measured.</param>
public sealed record BenchmarkOverhead(double Milliseconds, double ShareOfStep, string Method);
