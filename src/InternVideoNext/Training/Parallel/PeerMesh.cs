using System.Diagnostics;
using System.Net.Sockets;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// A connection between any two processes of a group, and exchanges over all of them at a time, on the caller's thread. Once a
/// process is lost every exchange fails, here and, by farewells, on the others.
/// </summary>
internal sealed class PeerMesh : IDisposable
{
    // After one process is lost the exchanges with the others are finished, so that each hears who it was; but not for long.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    internal const string Remedy = "If it could, it has said why itself. What was trained is in the newest checkpoint; go on from it "
        + "with --resume.";

    private readonly IReadOnlyList<Peer> _peers;
    private readonly Dictionary<Socket, Peer> _bySocket;
    private ProcessLostException? _lost;

    /// <param name="rank">This process.</param>
    /// <param name="peers">The others, in order of rank.</param>
    /// <param name="options">How long an exchange may take.</param>
    public PeerMesh(int rank, IReadOnlyList<Peer> peers, CollectiveOptions options)
    {
        (Rank, _peers, Options) = (rank, peers, options);
        _bySocket = peers.ToDictionary(peer => peer.Socket);
        foreach (var peer in peers) peer.Socket.Blocking = false;
    }

    public int Rank { get; }

    public int Size => _peers.Count + 1;

    public CollectiveOptions Options { get; }

    /// <summary>Sends something to every other process and receives something from it.</summary>
    /// <param name="begin">Calls <see cref="Peer.Begin"/> for the one it is given.</param>
    /// <param name="most">Ends the waiting sooner than <see cref="Options"/> do.</param>
    /// <exception cref="ProcessLostException">A process is gone, now or before.</exception>
    public void Exchange(Action<Peer> begin, TimeSpan? most = null)
    {
        if (_lost is not null) throw _lost;
        foreach (var peer in _peers) begin(peer);
        Transfer(most is { } limit && limit < Options.Timeout ? Options with { Timeout = limit } : Options);
        var gone = _peers.Where(peer => peer.Fault is not null).ToList();
        if (gone.Count == 0) return;
        // Who tells of another's loss is lost only by that.
        var first = gone.Find(peer => peer.Blamed != peer.Rank) ?? gone[0];
        foreach (var peer in _peers) peer.SayFarewell(first.Blamed);
        throw _lost = new ProcessLostException(first.Blamed, Size, $"{first.Fault}. {Remedy}");
    }

    /// <summary>What came from a process in the last exchange.</summary>
    public Memory<byte> ReceivedFrom(int rank) => _peers[rank < Rank ? rank : rank - 1].Received;

    /// <summary>Whether a process is gone or leaving; may be asked from another thread while this one waits for a device.</summary>
    public bool AnyIsLeaving() => _peers.Any(peer => peer.IsLeaving());

    public void Dispose()
    {
        foreach (var peer in _peers) peer.Dispose();
    }

    private void Transfer(CollectiveOptions options)
    {
        var (wait, sinceLoss) = (new CollectiveWait(options), new Stopwatch());
        while (true)
        {
            var reading = _peers.Where(peer => peer.IsReceiving).Select(peer => peer.Socket).ToList();
            var writing = _peers.Where(peer => peer.IsSending).Select(peer => peer.Socket).ToList();
            if (reading.Count + writing.Count == 0) return;
            if (sinceLoss.Elapsed >= Grace) break;
            Socket.Select(reading, writing, null, CollectiveWait.Stretch);
            // What comes in is always something: bytes, or the end.
            var moved = reading.Count > 0;
            foreach (var socket in writing) moved |= _bySocket[socket].Send();
            foreach (var socket in reading) _bySocket[socket].Receive();
            if (sinceLoss.IsRunning) continue;
            wait.Count(moved, Silent().Select(peer => peer.Rank));
            // Of several silent ones all but one may only wait themselves for that one, and are about to say so.
            if (wait.Verdict is { } verdict && Silent().ToList() is [var only]) only.GiveUp(verdict);
            if (wait.Verdict is not null || _peers.Any(peer => peer.Fault is not null)) sinceLoss.Start();
        }
        if (wait.Verdict is not { } end) return;
        foreach (var peer in Silent().ToList()) peer.GiveUp(end);
    }

    private IEnumerable<Peer> Silent() => _peers.Where(peer => peer.IsReceiving || peer.IsSending);
}
