using System.Diagnostics;
using System.Runtime.InteropServices;
using InternVideoNext.Foundation;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Processes started by <c>mpirun</c> (or by <c>srun</c> with PMIx) and joined by MPI, for tensors on the CPU. MPI chooses the order of a
/// sum: of two processes it is the single process's to the bit, of more only up to the order of additions. Other types than float32 and
/// float64 are gathered and summed in order of rank. Beside the collective calls runs a word or two: MPI itself never says who is silent,
/// so a process that has waited too long asks all, and those that wait too answer.
/// </summary>
internal sealed unsafe class MpiProcessGroup : IProcessGroup
{
    private const int SlabBytes = 16 << 20, GatheredBytes = 4 << 20;
    private const int Asking = 1, Answering = 2, Leaving = 3, Blaming = 4;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), Eager = TimeSpan.FromMilliseconds(50);

    private readonly MpiLibrary _mpi;
    private readonly CollectiveOptions _options;
    private readonly HashSet<int> _left = [];
    private readonly List<nint> _sent = [];
    private ProcessLostException? _lost;
    private bool _disposed;

    /// <summary>Starts MPI, which meets the other processes.</summary>
    /// <param name="rank">What this process was told that it is.</param>
    /// <param name="size">How many it was told that they are.</param>
    /// <param name="options">How long calls wait.</param>
    /// <exception cref="MpiMissingException">Open MPI is not here.</exception>
    /// <exception cref="ConfigurationException">MPI knows of other processes.</exception>
    public MpiProcessGroup(int rank, int size, CollectiveOptions options)
    {
        (_mpi, _options) = (MpiLibrary.Start(), options);
        if (_mpi.Rank == rank && _mpi.Size == size) return;
        _mpi.Finish();
        throw new ConfigurationException($"MPI says that this is rank {_mpi.Rank} of {_mpi.Size}, not {rank} of {size}: "
            + "start the processes by mpirun, or by srun --mpi=pmix");
    }

    public int Rank => _mpi.Rank;

    public int Size => _mpi.Size;

    public string Transport => "MPI";

    public IReadOnlyList<byte[]> Exchange(byte[] message)
    {
        var (own, counts, places) = (message.Length, new int[Size], new int[Size]);
        fixed (int* all = counts) Wait(_mpi.AllGather(&own, all));
        for (var rank = 1; rank < Size; rank++) places[rank] = checked(places[rank - 1] + counts[rank - 1]);
        var gathered = new byte[checked(places[^1] + counts[^1])];
        fixed (byte* from = message, to = gathered)
        fixed (int* lengths = counts, starts = places) Wait(_mpi.AllGather(from, own, to, lengths, starts));
        return [.. counts.Select((count, rank) => gathered.AsSpan(places[rank], count).ToArray())];
    }

    public void AllReduceSum(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var isSummed = MpiLibrary.NameOf(tensor.dtype) is not null;
        foreach (var slab in Slabs(tensor, isSummed ? SlabBytes : GatheredBytes))
        {
            if (isSummed) Wait(_mpi.AllReduceSum(TensorMemory.Address(slab), (int)slab.numel(), slab.dtype));
            else SumInOrder(slab);
        }
    }

    public void BroadcastFromFirst(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var slab in Slabs(tensor, SlabBytes))
            Wait(_mpi.BroadcastFromFirst(TensorMemory.Address(slab), (int)(slab.numel() * slab.ElementSize)));
    }

    public void Barrier() => Wait(_mpi.Barrier());

    // MPI ends where all processes end it: one that another has lost leaves it as it is, and mpirun ends what is left.
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_lost is null)
        {
            Tell(Leaving, Rank);
            var clock = Stopwatch.StartNew();
            while (_left.Count < Size - 1 && clock.Elapsed < Grace)
            {
                Listen();
                Thread.Sleep(1);
            }
            if (_left.Count == Size - 1) Finish();
        }
    }

    private void Finish()
    {
        _mpi.Finish();
        foreach (var number in _sent) NativeMemory.Free((void*)number);
        _sent.Clear();
    }

    private void SumInOrder(Tensor slab)
    {
        using var scope = NewDisposeScope();
        var bytes = new TensorMemory(slab).Memory.ToArray();
        var all = Exchange(bytes);
        all[0].CopyTo(new TensorMemory(slab).Memory);
        var other = empty_like(slab);
        for (var rank = 1; rank < Size; rank++)
        {
            all[rank].CopyTo(new TensorMemory(other).Memory);
            slab.add_(other);
        }
    }

    private static IEnumerable<Tensor> Slabs(Tensor tensor, int bytes)
    {
        if (tensor.device_type != TorchSharp.DeviceType.CPU) throw new ArgumentException(
            $"the tensor is on {tensor.device}, not on the CPU", nameof(tensor));
        var (flat, most) = (tensor.view(-1), bytes / tensor.ElementSize);
        for (var first = 0L; first < flat.numel(); first += most)
        {
            using var slab = flat.narrow(0, first, Math.Min(most, flat.numel() - first));
            yield return slab;
        }
    }

    private void Wait(nint request)
    {
        if (_lost is not null) throw _lost;
        var (wait, clock, looked) = (new CollectiveWait(_options), Stopwatch.StartNew(), TimeSpan.Zero);
        while (!_mpi.IsDone(ref request))
        {
            // MPI moves only while it is called; but who waits long leaves the processor to others.
            if (clock.Elapsed < Eager) Thread.Yield();
            else Thread.Sleep(1);
            if (clock.Elapsed - looked < CollectiveWait.Stretch) continue;
            looked = clock.Elapsed;
            Listen();
            wait.Count(moved: false, Enumerable.Range(0, Size).Where(rank => rank != Rank));
            if (_left.Count > 0 && !EndsWithin(Grace, ref request)) throw Lose(_left.Min(), "it has left");
            if (wait.Verdict is { } verdict) throw FindSilent() is { } silent ? Lose(silent, verdict)
                : new MpiException("all processes wait in MPI, and it does not go on");
        }
    }

    // One that leaves has made all calls, or none of the others' will end.
    private bool EndsWithin(TimeSpan time, ref nint request)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            if (_mpi.IsDone(ref request)) return true;
            Thread.Sleep(1);
        }
        return false;
    }

    private int? FindSilent()
    {
        Tell(Asking, Rank);
        var (answered, clock) = (new HashSet<int>(), Stopwatch.StartNew());
        while (answered.Count < Size - 1 && clock.Elapsed < Grace)
        {
            Listen();
            while (_mpi.TryReceive(Answering, out var rank)) answered.Add(rank);
            Thread.Sleep(1);
        }
        return Enumerable.Range(0, Size).Where(rank => rank != Rank && !answered.Contains(rank)).Select(rank => (int?)rank)
            .FirstOrDefault();
    }

    private ProcessLostException Lose(int rank, string why)
    {
        Tell(Blaming, rank);
        return _lost = new ProcessLostException(rank, Size, $"{why}. {PeerMesh.Remedy}");
    }

    private void Listen()
    {
        while (_mpi.TryReceive(Asking, out var rank)) Send(Answering, Rank, rank);
        while (_mpi.TryReceive(Leaving, out var rank)) _left.Add(rank);
        if (_lost is null && _mpi.TryReceive(Blaming, out var blamed))
            throw _lost = new ProcessLostException(blamed, Size, $"so says another process. {PeerMesh.Remedy}");
    }

    private void Tell(int tag, int number)
    {
        for (var rank = 0; rank < Size; rank++)
            if (rank != Rank) Send(tag, number, rank);
    }

    // So short a message needs nobody to take it; its four bytes are kept until the end.
    private void Send(int tag, int number, int rank)
    {
        var place = (int*)NativeMemory.Alloc(sizeof(int));
        *place = number;
        _sent.Add((nint)place);
        _ = _mpi.Send(place, rank, tag);
    }
}
