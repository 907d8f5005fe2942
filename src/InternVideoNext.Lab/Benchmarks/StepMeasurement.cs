using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using InternVideoNext.Native;
using InternVideoNext.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>What every measurement of steps does the same way.</summary>
internal static class StepMeasurement
{
    private const int Few = 10;

    /// <summary>Runs a step with nothing timed inside.</summary>
    /// <param name="step">The step.</param>
    /// <param name="wait">Waits for the device.</param>
    /// <returns>Milliseconds until the device had done it, and of processor time in all threads.</returns>
    public static (double Clock, double Processor) Time(Action step, Action wait)
    {
        wait();
        var (processor, clock) = (ProcessorTime(), Stopwatch.StartNew());
        step();
        wait();
        return (clock.Elapsed.TotalMilliseconds, (ProcessorTime() - processor).TotalMilliseconds);
    }

    /// <summary>Runs steps that are not measured.</summary>
    /// <param name="times">At least so many.</param>
    /// <param name="seconds">For at least so long.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellation">Stops between two.</param>
    /// <returns>How many they were.</returns>
    public static int WarmUp<T>(int times, double seconds, Func<T> step, CancellationToken cancellation)
    {
        var (done, clock) = (0, Stopwatch.StartNew());
        for (; done < times || clock.Elapsed.TotalSeconds < seconds; done++)
        {
            cancellation.ThrowIfCancellationRequested();
            step();
        }
        return done;
    }

    /// <summary>Results of a step done several times.</summary>
    /// <param name="times">How often.</param>
    /// <param name="step">The step.</param>
    /// <param name="cancellation">Stops between two.</param>
    public static List<T> Repeat<T>(int times, Func<T> step, CancellationToken cancellation)
    {
        var results = new List<T>(times);
        while (results.Count < times)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(step());
        }
        return results;
    }

    /// <summary>What steps' times come to.</summary>
    /// <param name="steps">What <see cref="Time"/> returned.</param>
    /// <param name="warmUp">Steps before.</param>
    /// <param name="clips">Clips of a step.</param>
    public static BenchmarkThroughput Throughput(List<(double Clock, double Processor)> steps, int warmUp, int clips)
    {
        double[] milliseconds = [.. steps.Select(s => s.Clock)];
        return new BenchmarkThroughput(
            Quartiles.Of([.. milliseconds.Select(m => 1000 * clips / m)]), Quartiles.Of(milliseconds),
                Quartiles.Of([.. steps.Select(s => s.Processor)]), warmUp, milliseconds);
    }

    /// <summary>This machine.</summary>
    /// <param name="training">The run's device.</param>
    /// <param name="device">The same, opened.</param>
    /// <param name="load">Its load before the steps.</param>
    public static BenchmarkMachine Machine(TrainingConfig training, Device device, double? load) => new(
        device.type == DeviceType.CUDA ? PeakMemory.Ask("--query-gpu=name,driver_version", device) is [var card, ..]
            ? card : training.Device : "cpu",
        Processor.Name, Environment.ProcessorCount, get_num_threads(), load, RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription,
        $"libtorch {LibTorch.Status.Version ?? __version__}, TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)}");

    /// <summary>The system's load average of the last minute; null where it tells none.</summary>
    public static double? LoadAverage()
    {
        const string Source = "/proc/loadavg";
        return File.Exists(Source) && double.TryParse(File.ReadAllText(Source).Split(' ')[0], CultureInfo.InvariantCulture, out var load)
            ? load : null;
    }

    /// <summary>A note where the steps are too few for a median to say much.</summary>
    /// <param name="steps">Steps measured.</param>
    public static string? TooFew(int steps) =>
        steps < Few ? $"only {steps} steps were measured; medians of fewer than {Few} say little" : null;

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
