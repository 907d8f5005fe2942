using System.Runtime.InteropServices;

namespace InternVideoNext.Native;

/// <summary>
/// Memory in use on a GPU, as its driver tells: TorchSharp binds none of libtorch's own counters. The GPU is found by its UUID, since
/// <c>CUDA_VISIBLE_DEVICES</c> makes libtorch's numbers others than the driver's. Not run on a GPU yet.
/// </summary>
internal sealed unsafe class GpuMemory
{
    private const string Driver = "libcuda.so.1", Management = "libnvidia-ml.so.1";
    private const int MostProcesses = 256;
    private const double Mebibyte = 1024 * 1024;

    private readonly nint _library;
    private readonly nint _gpu;

    private GpuMemory(nint library, nint gpu) => (_library, _gpu) = (library, gpu);

    /// <summary>Finds a GPU.</summary>
    /// <param name="index">As libtorch counts them.</param>
    /// <param name="reason">Why there is none; null where there is.</param>
    public static GpuMemory? Open(int index, out string? reason)
    {
        reason = $"{Driver} is not here, or has no GPU {index}";
        if (UuidOf(index) is not { } uuid) return null;
        if (!NativeLibrary.TryLoad(Management, out var library) || Call(library, "nvmlInit_v2") != 0)
        {
            reason = $"{Management} is not here, or does not start";
            return null;
        }
        foreach (var name in (string[])[$"GPU-{uuid}", $"MIG-{uuid}"])
        {
            nint gpu = 0;
            var text = Marshal.StringToCoTaskMemUTF8(name);
            var found = ((delegate* unmanaged<nint, nint*, int>)Find(library, "nvmlDeviceGetHandleByUUID"))(text, &gpu) == 0;
            Marshal.FreeCoTaskMem(text);
            if (!found) continue;
            reason = null;
            return new GpuMemory(library, gpu);
        }
        reason = $"{Management} knows no GPU {uuid}";
        return null;
    }

    /// <summary>A GPU's UUID, without what stands before it in names; null where there is no driver, or no such GPU.</summary>
    /// <param name="index">As libtorch counts them.</param>
    public static string? UuidOf(int index)
    {
        if (!NativeLibrary.TryLoad(Driver, out var library)) return null;
        var device = 0;
        var bytes = stackalloc byte[16];
        if (((delegate* unmanaged<uint, int>)Find(library, "cuInit"))(0) != 0
            || ((delegate* unmanaged<int*, int, int>)Find(library, "cuDeviceGet"))(&device, index) != 0
            || ((delegate* unmanaged<byte*, int, int>)Find(library, "cuDeviceGetUuid_v2"))(bytes, device) != 0) return null;
        return new Guid(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true).ToString();
    }

    /// <summary>
    /// MiB that this process holds, context and allocator's cache included; null where the driver does not tell it apart.
    /// </summary>
    public double? OfProcess()
    {
        var count = (uint)MostProcesses;
        var processes = stackalloc RunningProcess[MostProcesses];
        if (((delegate* unmanaged<nint, uint*, RunningProcess*, int>)Find(_library, "nvmlDeviceGetComputeRunningProcesses_v3"))(
            _gpu, &count, processes) != 0) return null;
        for (var i = 0; i < count; i++)
            if (processes[i].Id == Environment.ProcessId && processes[i].Memory != ulong.MaxValue) return processes[i].Memory / Mebibyte;
        return null;
    }

    /// <summary>MiB in use on the whole GPU, by whomever; null where the driver does not tell.</summary>
    public double? OfGpu()
    {
        var memory = stackalloc ulong[3]; // total, free, used
        return ((delegate* unmanaged<nint, ulong*, int>)Find(_library, "nvmlDeviceGetMemoryInfo"))(_gpu, memory) == 0
            ? memory[2] / Mebibyte : null;
    }

    private static int Call(nint library, string function) => ((delegate* unmanaged<int>)Find(library, function))();

    private static nint Find(nint library, string function) => NativeLibrary.GetExport(library, function);

    /// <summary>NVML's <c>nvmlProcessInfo_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RunningProcess
    {
        public uint Id;
        public ulong Memory;
        public uint GpuInstance;
        public uint ComputeInstance;
    }
}
