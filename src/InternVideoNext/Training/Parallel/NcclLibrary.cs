using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>The few functions of NCCL that training needs, from <c>libnccl.so.2</c>.</summary>
internal sealed unsafe class NcclLibrary(nint library)
{
    private const string FileName = "libnccl.so.2";
    private const int Sum = 0;

    /// <summary>Looks for NCCL beside libtorch, as PyTorch's packages lay it, then where the system's loader does.</summary>
    /// <param name="libtorch">The folder libtorch was taken from; null where the loader chose it.</param>
    /// <param name="tried">Takes the places looked at.</param>
    /// <returns>Null where there is none.</returns>
    public static NcclLibrary? Find(string? libtorch, List<string> tried)
    {
        foreach (var path in Places(libtorch))
        {
            tried.Add(path);
            if (NativeLibrary.TryLoad(path, out var library)) return new NcclLibrary(library);
        }
        return null;
    }

    internal static IEnumerable<string> Places(string? libtorch)
    {
        if (libtorch is not null)
        {
            yield return Path.GetFullPath(Path.Combine(libtorch, "..", "..", "nvidia", "nccl", "lib", FileName));
            yield return Path.Combine(libtorch, FileName);
        }
        yield return FileName;
    }

    public UniqueId NewUniqueId()
    {
        UniqueId id;
        Check(((delegate* unmanaged<UniqueId*, int>)Function("ncclGetUniqueId"))(&id), "ncclGetUniqueId");
        return id;
    }

    public nint Join(UniqueId id, int rank, int size)
    {
        nint communicator;
        Check(((delegate* unmanaged<nint*, int, UniqueId, int, int>)Function("ncclCommInitRank"))(&communicator, size, id, rank),
            "ncclCommInitRank");
        return communicator;
    }

    /// <summary>Queues a sum in place on the default stream, on which TorchSharp computes.</summary>
    public void AllReduceSum(nint communicator, nint data, long count, ScalarType type) =>
        Check(((delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Function("ncclAllReduce"))(
            data, data, (nuint)count, NumberOf(type), Sum, communicator, 0), "ncclAllReduce");

    /// <summary>Queues a copy of the first process's bytes, in place.</summary>
    public void BroadcastFromFirst(nint communicator, nint data, long bytes) =>
        Check(((delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Function("ncclBroadcast"))(
            data, data, (nuint)bytes, NumberOf(ScalarType.Byte), 0, communicator, 0), "ncclBroadcast");

    /// <summary>Ends what is under way and gives everything back.</summary>
    public void Abort(nint communicator) =>
        Check(((delegate* unmanaged<nint, int>)Function("ncclCommAbort"))(communicator), "ncclCommAbort");

    /// <summary>NCCL's number of an element type (ncclDataType_t in nccl.h).</summary>
    internal static int NumberOf(ScalarType type) => type switch
    {
        ScalarType.Byte => 1,
        ScalarType.Int32 => 2,
        ScalarType.Int64 => 4,
        ScalarType.Float16 => 6,
        ScalarType.Float32 => 7,
        ScalarType.Float64 => 8,
        ScalarType.BFloat16 => 9,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "NCCL sums no such elements"),
    };

    private void Check(int result, string function)
    {
        if (result == 0) return;
        var text = Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Function("ncclGetErrorString"))(result));
        throw new NcclException($"NCCL: {function} failed with {result}: {text}. NCCL_DEBUG=INFO in the environment shows more.");
    }

    private nint Function(string name) => NativeLibrary.GetExport(library, name);

    /// <summary>What NCCL's processes meet by (ncclUniqueId).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UniqueId
    {
        private fixed byte _bytes[128];

        public static UniqueId Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<UniqueId>(bytes);

        public readonly byte[] ToArray() => MemoryMarshal.AsBytes(new ReadOnlySpan<UniqueId>(in this)).ToArray();
    }
}

/// <summary>NCCL refused or failed; the message is its own.</summary>
public sealed class NcclException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public NcclException(string message) : base(message) { }
}
