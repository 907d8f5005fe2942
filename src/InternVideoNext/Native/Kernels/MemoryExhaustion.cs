using System.Runtime.InteropServices;

namespace InternVideoNext.Native;

/// <summary>Knows libtorch's errors for want of memory, which come as any other error does: by their words.</summary>
internal static class MemoryExhaustion
{
    // c10::OutOfMemoryError on CUDA; DefaultCPUAllocator and posix_memalign's on the host; cuBLAS and cuDNN, which allocate themselves.
    private static readonly string[] Words =
    [
        "out of memory", "not enough memory", "can't allocate memory", "std::bad_alloc", "CUBLAS_STATUS_ALLOC_FAILED",
        "CUDNN_STATUS_ALLOC_FAILED",
    ];

    /// <summary>Whether an error says that memory ran out, on the device or the host.</summary>
    public static bool Is(Exception error) => error is OutOfMemoryException
        || (error is ExternalException && Says(error.Message));

    /// <summary>Whether an error's message says so.</summary>
    public static bool Says(string message) => Words.Any(word => message.Contains(word, StringComparison.OrdinalIgnoreCase));
}
