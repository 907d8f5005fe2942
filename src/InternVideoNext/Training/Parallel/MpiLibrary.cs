using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// What training needs of MPI, by Open MPI's C interface (<c>libmpi.so.40</c>, Open MPI 2 to 5): its communicators, types and operations
/// are addresses of the library's variables. Of the collective calls the non-blocking forms, whose end is asked for by
/// <see cref="IsDone"/>.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    private const string FileName = "libmpi.so.40";
    private const int Success = 0, ThreadSerialized = 2, LongestError = 256, AnySource = -1;
    private const nint InPlace = 1, IgnoreStatus = 0;

    private readonly nint _library, _world, _byte, _control;

    private MpiLibrary(nint library)
    {
        _library = library;
        (_world, _byte) = (Function("ompi_mpi_comm_world"), Function("ompi_mpi_byte"));
        int provided, rank, size;
        Check(((delegate* unmanaged<nint, nint, int, int*, int>)Function("MPI_Init_thread"))(0, 0, ThreadSerialized, &provided),
            "MPI_Init_thread");
        if (provided < ThreadSerialized) throw new MpiException(
            "this MPI serves one thread only (MPI_THREAD_SERIALIZED is not provided)");
        Check(((delegate* unmanaged<nint, nint, int>)Function("MPI_Comm_set_errhandler"))(_world, Function("ompi_mpi_errors_return")),
            "MPI_Comm_set_errhandler");
        Check(((delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_rank"))(_world, &rank), "MPI_Comm_rank");
        Check(((delegate* unmanaged<nint, int*, int>)Function("MPI_Comm_size"))(_world, &size), "MPI_Comm_size");
        nint control;
        Check(((delegate* unmanaged<nint, nint*, int>)Function("MPI_Comm_dup"))(_world, &control), "MPI_Comm_dup");
        (Rank, Size, _control) = (rank, size, control);
    }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Loads and starts MPI, which meets the other processes.</summary>
    /// <exception cref="MpiMissingException">Open MPI is not here.</exception>
    public static MpiLibrary Start() => NativeLibrary.TryLoad(FileName, out var library) ? new MpiLibrary(library)
        : throw new MpiMissingException($"MPI is not here: the system's loader finds no {FileName} (Open MPI). "
            + "Debian, Ubuntu: sudo apt-get install -y openmpi-bin");

    /// <summary>Begins to give every process everyone's number.</summary>
    public nint AllGather(int* own, int* all)
    {
        nint request;
        Check(((delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Function("MPI_Iallgather"))(
            own, sizeof(int), _byte, all, sizeof(int), _byte, _world, &request), "MPI_Iallgather");
        return request;
    }

    /// <summary>Begins to give every process everyone's bytes, one after another.</summary>
    public nint AllGather(byte* own, int count, byte* all, int* counts, int* places)
    {
        nint request;
        Check(((delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, nint*, int>)Function("MPI_Iallgatherv"))(
            own, count, _byte, all, counts, places, _byte, _world, &request), "MPI_Iallgatherv");
        return request;
    }

    /// <summary>Begins a sum in place.</summary>
    public nint AllReduceSum(nint data, int count, ScalarType type)
    {
        nint request;
        Check(((delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int>)Function("MPI_Iallreduce"))(
            InPlace, data, count, Function(NameOf(type)!), Function("ompi_mpi_op_sum"), _world, &request), "MPI_Iallreduce");
        return request;
    }

    /// <summary>Begins to replace bytes by the first process's.</summary>
    public nint BroadcastFromFirst(nint data, int bytes)
    {
        nint request;
        Check(((delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Function("MPI_Ibcast"))(
            data, bytes, _byte, 0, _world, &request), "MPI_Ibcast");
        return request;
    }

    /// <summary>Begins to wait for everyone.</summary>
    public nint Barrier()
    {
        nint request;
        Check(((delegate* unmanaged<nint, nint*, int>)Function("MPI_Ibarrier"))(_world, &request), "MPI_Ibarrier");
        return request;
    }

    /// <summary>Lets MPI work on, and says whether the request has ended; one that has is gone.</summary>
    public bool IsDone(ref nint request)
    {
        int done;
        fixed (nint* place = &request)
        {
            Check(((delegate* unmanaged<nint*, int*, nint, int>)Function("MPI_Test"))(place, &done, IgnoreStatus), "MPI_Test");
        }
        return done != 0;
    }

    /// <summary>Sends a number beside the collective calls; it must stay where it is until the request has ended.</summary>
    public nint Send(int* number, int rank, int tag)
    {
        nint request;
        Check(((delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Function("MPI_Isend"))(
            number, sizeof(int), _byte, rank, tag, _control, &request), "MPI_Isend");
        return request;
    }

    /// <summary>Takes a number that has been sent to this process, if there is one.</summary>
    public bool TryReceive(int tag, out int number)
    {
        int there, value = 0;
        Check(((delegate* unmanaged<int, int, nint, int*, nint, int>)Function("MPI_Iprobe"))(
            AnySource, tag, _control, &there, IgnoreStatus), "MPI_Iprobe");
        if (there != 0) Check(((delegate* unmanaged<void*, int, nint, int, int, nint, nint, int>)Function("MPI_Recv"))(
            &value, sizeof(int), _byte, AnySource, tag, _control, IgnoreStatus), "MPI_Recv");
        number = value;
        return there != 0;
    }

    /// <summary>Ends MPI, where all processes do.</summary>
    public void Finish() => Check(((delegate* unmanaged<int>)Function("MPI_Finalize"))(), "MPI_Finalize");

    /// <summary>The variable of an element type that MPI sums; null where it sums none such.</summary>
    public static string? NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "ompi_mpi_float",
        ScalarType.Float64 => "ompi_mpi_double",
        _ => null,
    };

    private void Check(int result, string function)
    {
        if (result == Success) return;
        var text = stackalloc byte[LongestError];
        int length;
        ((delegate* unmanaged<int, byte*, int*, int>)Function("MPI_Error_string"))(result, text, &length);
        throw new MpiException($"MPI: {function} failed with {result}: {Marshal.PtrToStringUTF8((nint)text, length)}");
    }

    private nint Function(string name) => NativeLibrary.GetExport(_library, name);
}

/// <summary>MPI refused or failed; the message is its own.</summary>
public sealed class MpiException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public MpiException(string message) : base(message) { }
}

/// <summary>MPI was asked for and is not here; the message says what to do.</summary>
public sealed class MpiMissingException : Exception
{
    /// <summary>Creates the error with the whole message.</summary>
    public MpiMissingException(string message) : base(message) { }
}
