using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using InternVideoNext.Native;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>Loads libtorch when this assembly is first touched: in a notebook that may be before the library itself is.</summary>
internal static class TensorLibrary
{
    [ModuleInitializer]
    [SuppressMessage(
        "Usage", "CA2255", Justification = "TorchSharp must find its native library already loaded; a notebook offers no other moment.")]
    internal static void Initialize() => _ = LibTorch.Status;
}
