using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using TorchSharp;

namespace InternVideoNext.Native;

/// <summary>
/// libtorch's switch to deterministic kernels. TorchSharp 0.107 declares it as not implemented, so libtorch's own exported
/// functions are called: <c>at::globalContext()</c>, then <c>at::Context::setDeterministicAlgorithms(bool, bool)</c>.
/// </summary>
internal static unsafe class DeterministicAlgorithms
{
    private const string Context = "_ZN2at13globalContextEv", Set = "_ZN2at7Context26setDeterministicAlgorithmsEbb",
        Get = "_ZNK2at7Context23deterministicAlgorithmsEv";

    /// <summary>Whether operators take deterministic kernels, and fail where they have none.</summary>
    /// <exception cref="ConfigurationException">This libtorch does not export the switch.</exception>
    public static bool Enabled => ((delegate* unmanaged<nint, byte>)Find(Get))(GlobalContext()) != 0;

    /// <summary>Switches for the whole process.</summary>
    /// <exception cref="ConfigurationException">This libtorch does not export the switch.</exception>
    public static void Switch(bool enabled) =>
        ((delegate* unmanaged<nint, byte, byte, void>)Find(Set))(GlobalContext(), enabled ? (byte)1 : (byte)0, 0);

    private static nint GlobalContext() => ((delegate* unmanaged<nint>)Find(Context))();

    // libtorch is loaded already: the name finds that very copy, wherever it came from.
    private static nint Find(string symbol)
    {
        torch.TryInitializeDeviceType(DeviceType.CPU);
        if (NativeLibrary.TryLoad("libtorch_cpu.so", out var library)
            && NativeLibrary.TryGetExport(library, symbol, out var address)) return address;
        throw new ConfigurationException(
            "training.deterministic is true, but this libtorch lets no one switch it (Linux on x64 is what it works on); set it to false");
    }
}
