using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Native;

/// <summary>Memory that training takes, where it takes it: of the process on the CPU, of the GPU on CUDA.</summary>
internal static class MemoryInUse
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>Something to ask for MiB in use; it answers 0 where nobody tells.</summary>
    /// <param name="device">Of the run.</param>
    public static Func<double> On(Device device)
    {
        if (device.type != DeviceType.CUDA) return () => Environment.WorkingSet / Mebibyte;
        var gpu = GpuMemory.Open(Math.Max(device.index, 0), out _);
        return () => gpu?.OfProcess() ?? gpu?.OfGpu() ?? 0;
    }
}
