using InternVideoNext.Foundation;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using InternVideoNext.Training;

namespace InternVideoNext.Benchmarks;

/// <summary>
/// Measures the PyTorch twin's step on this process's libtorch: the loss as <c>bench/twin.py --trace</c> wrote it, every operator
/// in PyTorch's order and issued by libtorch itself, without Python; then backward, clipping and fused AdamW over lists of tensors.
/// So the two programs differ in nothing but themselves.
/// </summary>
/// <param name="trace">The file that the twin wrote.</param>
/// <param name="ours">The result of this package whose configuration the twin was given.</param>
/// <param name="steps">Steps measured.</param>
/// <param name="warmUp">Steps before; libtorch reorders a trace in the first two.</param>
/// <param name="command">The command line, for the result.</param>
public sealed class TracedBenchmark(string trace, BenchmarkResult ours, int steps, int warmUp, string command)
{
    private readonly TrainingConfig _training = ours.Config.Training;

    /// <summary>Checks that a run's step can be measured this way.</summary>
    /// <param name="config">The run.</param>
    /// <exception cref="ConfigurationException">
    /// It isn't float32: a trace holds no float32 masters, so that its step would be another.
    /// </exception>
    public static void Require(RunConfig config)
    {
        if (config.Training.Precision != Precision.Float32) throw new ConfigurationException(
            $"a traced step is measured in float32, not in {config.Training.Precision.ToString().ToLowerInvariant()}: it holds no "
            + "float32 master weights");
    }

    /// <summary>Measures.</summary>
    /// <param name="progress">Told what is being measured.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="ConfigurationException">
    /// A number is out of range, the run isn't float32, or the file is no trace of the twin.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public BenchmarkResult Run(IProgress<string>? progress, CancellationToken cancellation)
    {
        new ConfigCheck("bench").Positive("steps", steps).NotNegative("warm_up", warmUp).ThrowIfAny();
        Require(ours.Config);
        return ComputeThread.Run(_training.Threads, () => Measure(progress, cancellation));
    }

    private BenchmarkResult Measure(IProgress<string>? progress, CancellationToken cancellation)
    {
        using var mode = new DeterministicMode(_training);
        var device = TrainingDevice.Open(_training);
        progress?.Report("loading the trace");
        using var step = new TracedStep(trace, ours.Config, device);
        progress?.Report("measuring a matrix product");
        var peak = MatrixPeak.Measure(device, _training.Precision, step.Wait);
        var forgotten = PeakMemory.Forget();
        progress?.Report($"{warmUp} steps of warm-up");
        StepMeasurement.Repeat(warmUp, step.Time, cancellation);
        var load = StepMeasurement.LoadAverage();
        progress?.Report($"{steps} steps");
        var throughput = StepMeasurement.Throughput(StepMeasurement.Repeat(steps, step.Time, cancellation), warmUp, _training.ClipsPerStep);
        var memory = PeakMemory.Read(device, forgotten);
        progress?.Report($"{steps} steps, part by part");
        var parts = StepMeasurement.Repeat(steps, step.Split, cancellation);
        var perSecond = (ours.Arithmetic?.FlopPerClip ?? 0) * throughput.ClipsPerSecond.Median;
        return new BenchmarkResult
        {
            Program = "twin, traced",
            Command = command,
            Measured = DateTimeOffset.UtcNow,
            WithTeacher = ours.WithTeacher,
            Config = ours.Config,
            Machine = StepMeasurement.Machine(_training, device, load),
            Parameters = step.Parameters,
            Throughput = throughput,
            Parts = [
                .. TracedStep.PartNames.Select((name, i) => new BenchmarkPart(name, Quartiles.Of([.. parts.Select(p => p[i])]).Median))],
            Arithmetic = ours.Arithmetic is { } counted
                ? new BenchmarkArithmetic(counted.FlopPerClip, perSecond, peak.FlopPerSecond, perSecond / peak.FlopPerSecond, peak.Product)
                : null,
            Memory = memory,
            LastLoss = step.LastLoss(),
            Notes = [
                .. new[] { StepMeasurement.TooFew(steps),
                "operators as traced by PyTorch, issued by libtorch's own interpreter; masks that the host draws are constants "
                + "of the trace" }.OfType<string>()],
        };
    }
}
