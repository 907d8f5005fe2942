using System.Runtime.InteropServices;
using TorchSharp;

namespace InternVideoNext.Training.Parallel;

/// <summary>How far a device has come with what was queued on it. One thread queues, another may ask.</summary>
internal interface IDeviceQueue
{
    /// <summary>Puts a mark behind everything queued so far.</summary>
    nint Mark();

    /// <summary>Whether the device has come to a mark.</summary>
    bool HasPassed(nint mark);

    /// <summary>Gives a mark back.</summary>
    void Release(nint mark);

    /// <summary>Waits until everything is done.</summary>
    void Synchronize();
}

/// <summary>The default stream of the current CUDA device, through the driver's own functions (<c>libcuda.so.1</c>).</summary>
internal sealed unsafe class CudaQueue : IDeviceQueue
{
    private const int Success = 0, NotReady = 600, DisableTiming = 2;
    private static readonly Lazy<nint> Driver = new(() => NativeLibrary.Load("libcuda.so.1"));

    private readonly nint _context;

    /// <summary>Takes the calling thread's device.</summary>
    public CudaQueue()
    {
        nint context;
        Check(((delegate* unmanaged<nint*, int>)Function("cuCtxGetCurrent"))(&context), "cuCtxGetCurrent");
        _context = context;
    }

    public nint Mark()
    {
        nint mark;
        Check(((delegate* unmanaged<nint*, uint, int>)Function("cuEventCreate"))(&mark, DisableTiming), "cuEventCreate");
        Check(((delegate* unmanaged<nint, nint, int>)Function("cuEventRecord"))(mark, 0), "cuEventRecord");
        return mark;
    }

    public bool HasPassed(nint mark)
    {
        // The one who asks is a thread that has not used the device before.
        Check(((delegate* unmanaged<nint, int>)Function("cuCtxSetCurrent"))(_context), "cuCtxSetCurrent");
        var state = ((delegate* unmanaged<nint, int>)Function("cuEventQuery"))(mark);
        if (state != NotReady) Check(state, "cuEventQuery");
        return state == Success;
    }

    public void Release(nint mark) => Check(((delegate* unmanaged<nint, int>)Function("cuEventDestroy_v2"))(mark), "cuEventDestroy");

    public void Synchronize() => torch.cuda.synchronize();

    private static void Check(int result, string function)
    {
        if (result != Success) throw new NcclException($"CUDA: {function} failed with {result} while a collective call was watched");
    }

    private static nint Function(string name) => NativeLibrary.GetExport(Driver.Value, name);
}
