using InternVideoNext.Foundation;
using InternVideoNext.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Processes with a GPU each, whose tensors travel by NCCL and everything else by TCP. NCCL itself waits for ever for a process that is
/// gone or silent. A thread watches: it asks NCCL for errors, the TCP connections for farewells, and the device whether each queued call
/// has ended in time; else it aborts NCCL's work. What that has left in the tensors is worthless: the next call of this group throws,
/// before anything is saved. All calls of NCCL are short and made under one lock, so that an abort never meets another call.
/// </summary>
internal sealed class NcclProcessGroup : IProcessGroup
{
    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(1);

    private readonly SocketProcessGroup _sockets;
    private readonly INccl _nccl;
    private readonly IDeviceQueue _device;
    private readonly object _gate = new();
    private readonly Queue<nint> _underWay = new();
    private readonly ManualResetEventSlim _closing = new();
    private readonly Thread _watch;
    private nint _communicator;
    private string? _fault;

    /// <param name="sockets">The same processes; disposed with this.</param>
    /// <param name="nccl">NCCL.</param>
    /// <param name="device">Where NCCL's work is queued: the thread's current device, the first visible one.</param>
    public NcclProcessGroup(SocketProcessGroup sockets, INccl nccl, IDeviceQueue device)
    {
        (_sockets, _nccl, _device) = (sockets, nccl, device);
        var id = sockets.Exchange(sockets.Rank == 0 ? nccl.NewUniqueId() : [])[0];
        _communicator = nccl.Join(id, sockets.Rank, sockets.Size);
        _watch = new Thread(Watch) { IsBackground = true, Name = "watch of NCCL" };
        _watch.Start();
        try
        {
            Settle();
        }
        catch (Exception e) when (e is ProcessLostException or NcclException)
        {
            Dispose();
            throw;
        }
    }

    public int Rank => _sockets.Rank;

    public int Size => _sockets.Size;

    public string Transport => "NCCL";

    public IReadOnlyList<byte[]> Exchange(byte[] message) => _sockets.Exchange(message);

    public void AllReduceSum(Tensor tensor)
    {
        if (IsOnHost(tensor)) _sockets.AllReduceSum(tensor);
        else Enqueue(communicator => _nccl.AllReduceSum(communicator, TensorMemory.Address(tensor), tensor.numel(), tensor.dtype));
    }

    public void BroadcastFromFirst(Tensor tensor)
    {
        if (IsOnHost(tensor)) _sockets.BroadcastFromFirst(tensor);
        else Enqueue(
            communicator => _nccl.BroadcastFromFirst(communicator, TensorMemory.Address(tensor), tensor.numel() * tensor.ElementSize));
    }

    // Says whether this process's sums were whole, so that none goes on with, or saves, what another has lost.
    public void Barrier()
    {
        _device.Synchronize();
        bool isWhole;
        lock (_gate) isWhole = _communicator != 0;
        if (!isWhole) Fail();
        if (_sockets.Exchange([1]).Any(answer => answer.Length == 0)) throw new NcclException("NCCL's work was aborted on another process");
    }

    public void Dispose()
    {
        if (_closing.IsSet) return;
        _closing.Set();
        _watch.Join();
        lock (_gate)
        {
            Abort();
            while (_underWay.TryDequeue(out var mark)) _device.Release(mark);
        }
        _sockets.Dispose();
    }

    private static bool IsOnHost(Tensor tensor) => tensor.device_type == DeviceType.CPU;

    private void Enqueue(Action<nint> call)
    {
        lock (_gate)
        {
            if (_communicator != 0) call(_communicator);
        }
        Settle();
        lock (_gate)
        {
            if (_communicator != 0) _underWay.Enqueue(_device.Mark());
        }
    }

    // A communicator that is still connecting must not be told more. The watch ends this where it takes too long.
    private void Settle()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_communicator == 0) break;
                if (_nccl.IsReady(_communicator)) return;
            }
            Thread.Sleep(SettlePause);
        }
        Fail();
    }

    // NCCL does not say who is gone; a call by TCP does. Where all are there it was NCCL itself.
    private void Fail()
    {
        _sockets.FindLost();
        throw new NcclException($"NCCL's work was aborted: {_fault}. Go on from the newest checkpoint with --resume.");
    }

    private void Watch()
    {
        var wait = new CollectiveWait(_sockets.Options);
        while (!_closing.Wait(CollectiveWait.Stretch))
        {
            lock (_gate)
            {
                _fault = Fault(wait);
                if (_fault is null) continue;
                Abort();
                return;
            }
        }
    }

    private string? Fault(CollectiveWait wait)
    {
        try
        {
            var isReady = _nccl.IsReady(_communicator);
            var moved = isReady && _underWay.Count == 0;
            while (_underWay.TryPeek(out var mark) && _device.HasPassed(mark))
            {
                _device.Release(_underWay.Dequeue());
                moved = true;
            }
            wait.Count(moved, Enumerable.Range(0, Size).Where(rank => rank != Rank));
            return _sockets.AnyIsLeaving() ? "a process has left" : wait.Verdict is null ? null
                : $"a sum or copy did not end within {Readable.Time(_sockets.Options.Timeout)}";
        }
        catch (NcclException e)
        {
            return e.Message;
        }
    }

    // Not ncclCommDestroy: that waits for the others, who may be gone. Called under the lock.
    private void Abort()
    {
        if (_communicator == 0) return;
        _nccl.Abort(_communicator);
        _communicator = 0;
    }
}
