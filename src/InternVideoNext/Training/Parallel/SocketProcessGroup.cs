using System.Net.Sockets;
using InternVideoNext.Native;
using static TorchSharp.torch;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// Processes joined by TCP. A sum is taken in order of rank, as a single process takes it: each process adds up one part of the
/// tensor and gives it to all. For tensors on the CPU. Only processes that know the run's token are let in; what they then say to each
/// other is not encrypted: for a network whose machines are trusted.
/// </summary>
public sealed class SocketProcessGroup : IProcessGroup
{
    // Of a tensor so much is summed by each process at a time.
    private const int PartBytes = 4 << 20;

    private readonly PeerMesh _mesh;

    private SocketProcessGroup(PeerMesh mesh) => _mesh = mesh;

    /// <inheritdoc/>
    public int Rank => _mesh.Rank;

    /// <inheritdoc/>
    public int Size => _mesh.Size;

    /// <inheritdoc/>
    public string Transport => "TCP";

    /// <summary>Opens the place where the first process is met: one of the machine's addresses, never all.</summary>
    /// <param name="address">HOST:PORT; port 0 for any free one.</param>
    /// <exception cref="Foundation.ConfigurationException">It is no such address, or cannot be had.</exception>
    public static Socket Listen(string address) => PeerSockets.Listen(address);

    /// <summary>Waits, as the first process, for the others. Whoever does not know the token is turned away.</summary>
    /// <param name="listener">From <see cref="Listen"/>; stays the caller's.</param>
    /// <param name="size">How many processes there will be.</param>
    /// <param name="token">The run's secret, see <see cref="MeetingPlace"/>.</param>
    /// <param name="options">How long calls of the group wait; null for the defaults.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="ProcessLostException">One did not come in time.</exception>
    public static async Task<SocketProcessGroup> HostAsync(
        Socket listener, int size, string token, CollectiveOptions? options, CancellationToken cancellation) =>
        new(await Rendezvous.HostAsync(listener, size, token, options ?? new CollectiveOptions(), cancellation).ConfigureAwait(false));

    /// <summary>Joins the first process, which may start later, and through it the others.</summary>
    /// <param name="place">Where the first process listens.</param>
    /// <param name="rank">This process, 1..<paramref name="size"/>-1.</param>
    /// <param name="size">How many processes there will be.</param>
    /// <param name="options">How long calls of the group wait; null for the defaults.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="Foundation.ConfigurationException">It is no such address, or this process was turned away.</exception>
    /// <exception cref="ProcessLostException">One did not come in time.</exception>
    public static Task<SocketProcessGroup> JoinAsync(
        MeetingPlace place, int rank, int size, CollectiveOptions? options, CancellationToken cancellation) =>
        JoinAsync(_ => Task.FromResult(place), rank, size, options, cancellation);

    internal static async Task<SocketProcessGroup> JoinAsync(
        Func<CancellationToken, Task<MeetingPlace>> find, int rank, int size, CollectiveOptions? options, CancellationToken cancellation) =>
        new(await Rendezvous.JoinAsync(find, rank, size, options ?? new CollectiveOptions(), cancellation).ConfigureAwait(false));

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Exchange(byte[] message)
    {
        _mesh.Exchange(peer => peer.Begin(message, place: null));
        return [.. Enumerable.Range(0, Size).Select(rank => rank == Rank ? message : _mesh.ReceivedFrom(rank).ToArray())];
    }

    /// <inheritdoc/>
    public void AllReduceSum(Tensor tensor) => InSlabs(tensor, parts =>
    {
        var own = parts[Rank];
        var others = parts.Select((_, rank) => rank == Rank ? own : empty_like(own)).ToArray();
        _mesh.Exchange(peer => peer.Begin(MemoryOf(parts[peer.Rank]), MemoryOf(others[peer.Rank])));
        var sum = others[0];
        for (var rank = 1; rank < Size; rank++) sum.add_(others[rank]);
        if (Rank > 0) own.copy_(sum);
        Gather(parts);
    });

    /// <inheritdoc/>
    public void BroadcastFromFirst(Tensor tensor) => InSlabs(tensor, parts =>
    {
        _mesh.Exchange(
            peer => peer.Begin(
            Rank == 0 ? MemoryOf(parts[peer.Rank]) : default, peer.Rank == 0 ? MemoryOf(parts[Rank]) : Memory<byte>.Empty));
        Gather(parts);
    });

    /// <inheritdoc/>
    public void Barrier() => Exchange([]);

    /// <inheritdoc/>
    public void Dispose() => _mesh.Dispose();

    /// <summary>How long calls wait.</summary>
    internal CollectiveOptions Options => _mesh.Options;

    /// <summary>Looks who is still there, after something else has failed; a process that says nothing soon is lost.</summary>
    /// <exception cref="ProcessLostException">A process is gone.</exception>
    internal void FindLost() => _mesh.Exchange(peer => peer.Begin(default, place: null), _mesh.Options.StopTimeout);

    /// <summary>Whether a process is gone or leaving; from any thread.</summary>
    internal bool AnyIsLeaving() => _mesh.AnyIsLeaving();

    // Everyone gets from each process the part that is its own.
    private void Gather(Tensor[] parts) => _mesh.Exchange(peer => peer.Begin(MemoryOf(parts[Rank]), MemoryOf(parts[peer.Rank])));

    private void InSlabs(Tensor tensor, Action<Tensor[]> share)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var flat = tensor.view(-1);
        var part = PartBytes / flat.ElementSize;
        for (var first = 0L; first < flat.numel(); first += part * Size)
        {
            using var perSlab = NewDisposeScope();
            share(Split(flat.narrow(0, first, Math.Min(part * Size, flat.numel() - first))));
        }
    }

    // One part for each process; the last ones may be shorter, or empty.
    private Tensor[] Split(Tensor slab)
    {
        var (length, whole) = ((slab.numel() + Size - 1) / Size, slab.numel());
        return [.. Enumerable.Range(0, Size).Select(rank => Math.Min(rank * length, whole))
            .Select(start => slab.narrow(0, start, Math.Min(length, whole - start)))];
    }

    private static Memory<byte> MemoryOf(Tensor tensor) => new TensorMemory(tensor).Memory;
}
