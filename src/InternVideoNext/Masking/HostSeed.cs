using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Masking;

/// <summary>Joins the two kinds of generator: a seed for draws on the host that follows from a tensor generator.</summary>
internal static class HostSeed
{
    /// <summary>
    /// A function of the generator's state, which moves on by one draw. The state of a CUDA generator is kept on the host
    /// too, so nothing waits for the device.
    /// </summary>
    public static ulong From(Generator generator)
    {
        using var scope = NewDisposeScope();
        var state = generator.get_state().data<byte>().ToArray();
        _ = rand(1, device: generator.device, generator: generator);
        return SeedSequence.Derive((ulong)state.Length, MemoryMarshal.Cast<byte, ulong>(state));
    }
}
