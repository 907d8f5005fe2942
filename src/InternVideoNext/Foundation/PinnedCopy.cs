using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Foundation;

/// <summary>Copies from the host to a device for which the host does not wait: only a copy from page-locked memory lets it go on.</summary>
internal static class PinnedCopy
{
    /// <summary>The tensor on the device; itself where it is there.</summary>
    /// <param name="host">On the CPU, or on the device already.</param>
    /// <param name="device">Where to.</param>
    public static Tensor To(Tensor host, Device device)
    {
        if (device.type != DeviceType.CUDA || host.device_type != DeviceType.CPU) return host.to(device);
        using var pinned = host.pin_memory();
        return pinned.to(device, non_blocking: true);
    }
}
