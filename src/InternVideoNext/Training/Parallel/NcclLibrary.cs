using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// What training needs of NCCL. No call waits for another process: what is queued is asked after by <see cref="IsReady"/>.
/// </summary>
internal interface INccl
{
    /// <summary>What the processes of a communicator meet by.</summary>
    byte[] NewUniqueId();

    /// <summary>Begins to join the others.</summary>
    /// <returns>The communicator, to be used once it is ready.</returns>
    nint Join(byte[] id, int rank, int size);

    /// <summary>Whether what the communicator was last told is under way, so that it may be told more.</summary>
    /// <exception cref="NcclException">It has failed since.</exception>
    bool IsReady(nint communicator);

    /// <summary>Queues a sum in place on the default stream, on which TorchSharp computes.</summary>
    void AllReduceSum(nint communicator, nint data, long count, ScalarType type);

    /// <summary>Queues a copy of the first process's bytes, in place.</summary>
    void BroadcastFromFirst(nint communicator, nint data, long bytes);

    /// <summary>Ends what is under way and gives everything back.</summary>
    void Abort(nint communicator);
}

/// <summary>The few functions of NCCL that training needs, from <c>libnccl.so.2</c>, 2.14 or newer.</summary>
internal sealed unsafe class NcclLibrary(nint library) : INccl
{
    private const string FileName = "libnccl.so.2";
    private const int Sum = 0, Success = 0, InProgress = 7;

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

    public byte[] NewUniqueId()
    {
        UniqueId id;
        Check(((delegate* unmanaged<UniqueId*, int>)Function("ncclGetUniqueId"))(&id), "ncclGetUniqueId");
        return id.ToArray();
    }

    public nint Join(byte[] id, int rank, int size)
    {
        nint communicator;
        var config = CommunicatorConfig.NonBlocking;
        Check(((delegate* unmanaged<nint*, int, UniqueId, int, CommunicatorConfig*, int>)Function("ncclCommInitRankConfig"))(
            &communicator, size, UniqueId.Of(id), rank, &config), "ncclCommInitRankConfig");
        return communicator;
    }

    public bool IsReady(nint communicator)
    {
        int state;
        Check(((delegate* unmanaged<nint, int*, int>)Function("ncclCommGetAsyncError"))(communicator, &state), "ncclCommGetAsyncError");
        Check(state, "the communicator");
        return state == Success;
    }

    public void AllReduceSum(nint communicator, nint data, long count, ScalarType type) =>
        Check(((delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Function("ncclAllReduce"))(
            data, data, (nuint)count, NumberOf(type), Sum, communicator, 0), "ncclAllReduce");

    public void BroadcastFromFirst(nint communicator, nint data, long bytes) =>
        Check(((delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Function("ncclBroadcast"))(
            data, data, (nuint)bytes, NumberOf(ScalarType.Byte), 0, communicator, 0), "ncclBroadcast");

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
        if (result is Success or InProgress) return;
        var text = Marshal.PtrToStringUTF8(((delegate* unmanaged<int, nint>)Function("ncclGetErrorString"))(result));
        throw new NcclException($"NCCL: {function} failed with {result}: {text}. NCCL_DEBUG=INFO in the environment shows more.");
    }

    private nint Function(string name) => NativeLibrary.TryGetExport(library, name, out var function) ? function
        : throw new NcclException($"NCCL: this {FileName} has no {name}; 2.14 or newer is needed");

    /// <summary>What NCCL's processes meet by (ncclUniqueId).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct UniqueId
    {
        private fixed byte _bytes[128];

        public static UniqueId Of(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<UniqueId>(bytes);

        public readonly byte[] ToArray() => MemoryMarshal.AsBytes(new ReadOnlySpan<UniqueId>(in this)).ToArray();
    }
}

/// <summary>
/// ncclConfig_t as of NCCL 2.14; newer versions take the rest from their defaults. In nccl.h the size, a magic number, the version as
/// 10000 major + 100 minor, and then the settings.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CommunicatorConfig
{
    private nuint _size;
    private uint _magic, _version;
    private int _blocking, _padding;

    /// <summary>Calls return at once, so that none is in flight when the communicator is aborted.</summary>
    public static CommunicatorConfig NonBlocking => new()
    {
        _size = (nuint)Marshal.SizeOf<CommunicatorConfig>(),
        _magic = 0xcafebeef,
        _version = 21400,
        _blocking = 0,
        _padding = 0,
    };
}

/// <summary>NCCL refused or failed; the message is its own.</summary>
public sealed class NcclException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public NcclException(string message) : base(message) { }
}

/// <summary>NCCL, by which the tensors of GPUs travel, is missing where a run wants it; the message says what to do.</summary>
public sealed class NcclMissingException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public NcclMissingException(string message) : base(message) { }
}
