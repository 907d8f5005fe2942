using System.Globalization;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Benchmarks;

/// <summary>Memory of a run: the process's resident memory on the CPU, the graphics card's on CUDA.</summary>
internal static class PeakMemory
{
    private const string Status = "/proc/self/status", Reset = "/proc/self/clear_refs", Peak = "VmHWM:";

    /// <summary>Forgets the peak so far, where the system lets it.</summary>
    public static bool Forget()
    {
        try
        {
            File.WriteAllText(Reset, "5");
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The peak since <see cref="Forget"/>.</summary>
    /// <param name="device">Of the run.</param>
    /// <param name="forgotten">What <see cref="Forget"/> said.</param>
    public static BenchmarkMemory Read(Device device, bool forgotten) =>
        device.type == DeviceType.CUDA ? OfCard(device) : OfProcess(forgotten);

    private static BenchmarkMemory OfProcess(bool forgotten)
    {
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(l => l.StartsWith(Peak, StringComparison.Ordinal)) : null;
        if (line is null) return new BenchmarkMemory(null, "this system has no /proc/self/status");
        var kibibytes = double.Parse(line[Peak.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return new BenchmarkMemory(
            kibibytes / 1024, $"peak resident memory of the process (VmHWM), {(forgotten ? "from warm-up on" : "from its start on")}");
    }

    // libtorch's allocator keeps what it was given, so that a reading after the steps is their peak.
    private static BenchmarkMemory OfCard(Device device)
    {
        if (GpuMemory.Open(Math.Max(device.index, 0), out var reason) is not { } gpu) return new BenchmarkMemory(null, reason!);
        if (gpu.OfProcess() is { } own) return new BenchmarkMemory(
            own, "NVML: the process's memory after the steps, CUDA context and the allocator's cache included");
        return gpu.OfGpu() is { } all
            ? new BenchmarkMemory(all, "NVML: all memory in use on the card after the steps, by whomever")
            : new BenchmarkMemory(null, "NVML gave no answer");
    }

    /// <summary>The answer of nvidia-smi, line by line; empty where it is not there.</summary>
    /// <param name="query">Its option.</param>
    /// <param name="device">A CUDA device of libtorch's: asked for by its UUID, since nvidia-smi counts otherwise.</param>
    public static IReadOnlyList<string> Ask(string query, Device device)
    {
        if (GpuMemory.UuidOf(Math.Max(device.index, 0)) is not { } uuid) return [];
        var answer = new List<string>();
        var command = new ChildCommand("nvidia-smi", [query, "--format=csv,noheader,nounits", $"--id=GPU-{uuid}"])
        {
            Output = ChildProcess.EachLine(line => answer.Add(line.Trim())),
            Error = stream => stream.CopyTo(Stream.Null),
        };
        try
        {
            return ChildProcess.Run(command, CancellationToken.None) == 0 ? [.. answer.Where(line => line.Length > 0)] : [];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];
        }
    }
}
