using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Processes with a GPU each, whose tensors travel by NCCL and everything else by TCP. NCCL itself waits for ever for a process
/// that is gone: the TCP connections are watched meanwhile, and when one ends NCCL's work is aborted. What it has left in the
/// tensors is then worthless; the next call of this group throws, before anything is saved.
/// </summary>
internal sealed class NcclProcessGroup : IProcessGroup
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly SocketProcessGroup _sockets;
    private readonly NcclLibrary _library;
    private readonly ManualResetEventSlim _closing = new();
    private readonly Thread _watch;
    private nint _communicator;

    /// <param name="sockets">The same processes; disposed with this.</param>
    /// <param name="library">NCCL.</param>
    public NcclProcessGroup(SocketProcessGroup sockets, NcclLibrary library)
    {
        (_sockets, _library) = (sockets, library);
        var id = sockets.Exchange(sockets.Rank == 0 ? library.NewUniqueId().ToArray() : [])[0];
        // NCCL takes the thread's current device, which is the first visible one: each process must see its own GPU only, or first.
        _communicator = library.Join(NcclLibrary.UniqueId.Of(id), sockets.Rank, sockets.Size);
        _watch = new Thread(Watch) { IsBackground = true, Name = "watch of the other processes" };
        _watch.Start();
    }

    public int Rank => _sockets.Rank;

    public int Size => _sockets.Size;

    public string Transport => "NCCL";

    public IReadOnlyList<byte[]> Exchange(byte[] message) => _sockets.Exchange(message);

    public void AllReduceSum(Tensor tensor)
    {
        if (IsOnHost(tensor)) _sockets.AllReduceSum(tensor);
        else _library.AllReduceSum(Living(), TensorMemory.Address(tensor), tensor.numel(), tensor.dtype);
    }

    public void BroadcastFromFirst(Tensor tensor)
    {
        if (IsOnHost(tensor)) _sockets.BroadcastFromFirst(tensor);
        else _library.BroadcastFromFirst(Living(), TensorMemory.Address(tensor), tensor.numel() * tensor.ElementSize);
    }

    public void Barrier()
    {
        cuda.synchronize();
        _sockets.Barrier();
    }

    public void Dispose()
    {
        if (_closing.IsSet) return;
        _closing.Set();
        _watch.Join();
        Abort();
        _sockets.Dispose();
    }

    // Once the watch has ended NCCL's work, a call by TCP tells which process is gone.
    private nint Living()
    {
        var communicator = _communicator;
        if (communicator == 0) _sockets.Barrier();
        return communicator;
    }

    private static bool IsOnHost(Tensor tensor) => tensor.device_type == DeviceType.CPU;

    private void Watch()
    {
        while (!_closing.Wait(PollInterval))
        {
            if (!_sockets.AnyIsLeaving()) continue;
            Abort();
            return;
        }
    }

    // Not ncclCommDestroy: that waits for the others, who may be gone.
    private void Abort()
    {
        var communicator = Interlocked.Exchange(ref _communicator, 0);
        if (communicator != 0) _library.Abort(communicator);
    }
}
