using System.Net;
using System.Net.Sockets;

namespace InternVideoNext.Training.Parallel;

/// <summary>The processes that have come so far. Left before it is complete, it closes their connections.</summary>
/// <param name="rank">This process.</param>
/// <param name="size">How many there will be.</param>
internal sealed class Meeting(int rank, int size) : IDisposable
{
    private readonly object _gate = new();
    private readonly SortedDictionary<int, Peer> _peers = [];
    private readonly Dictionary<int, IPEndPoint> _places = [];

    /// <summary>The first that is not there yet; null when all are.</summary>
    public int? FirstMissing => MissingFrom(0);

    /// <summary>The places where all but the first listen, in order of rank.</summary>
    public IReadOnlyList<IPEndPoint> Places => [.. Enumerable.Range(1, size - 1).Select(other => _places[other])];

    /// <summary>The first of rank <paramref name="first"/> or above that is not there yet, or not any more; null when all are.</summary>
    public int? MissingFrom(int first)
    {
        lock (_gate)
        {
            return Enumerable.Range(first, size - first).Where(other => other != rank && !IsThere(other)).Select(other => (int?)other)
                .FirstOrDefault();
        }
    }

    /// <summary>Judges a process that has come, and takes it in where it belongs here; answers it in any case.</summary>
    public async Task AdmitAsync(Greeting greeting, CancellationToken cancellation)
    {
        var verdict = Judge(greeting.By);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Greetings.Limit);
        try
        {
            await greeting.AnswerAsync(verdict, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            verdict = Verdict.NoSuchRank; // it did not wait for the answer
        }
        if (verdict != Verdict.Welcome)
        {
            greeting.Socket.Dispose();
            return;
        }
        var place = new IPEndPoint(((IPEndPoint)greeting.Socket.RemoteEndPoint!).Address, greeting.By.Port);
        PeerSockets.Tune(greeting.Socket);
        Add(greeting.By.Rank, greeting.Socket, place);
    }

    /// <summary>Takes in a process that this one has connected to.</summary>
    public void Add(int other, Socket socket, IPEndPoint place)
    {
        lock (_gate)
        {
            if (_peers.Remove(other, out var before)) before.Dispose();
            _peers.Add(other, new Peer(socket, other));
            _places[other] = place;
        }
    }

    public Socket SocketOf(int other)
    {
        lock (_gate) return _peers[other].Socket;
    }

    /// <summary>All are there: hands their connections on.</summary>
    public PeerMesh ToMesh(CollectiveOptions options)
    {
        lock (_gate)
        {
            var mesh = new PeerMesh(rank, [.. _peers.Values], options);
            _peers.Clear();
            return mesh;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var peer in _peers.Values) peer.Dispose();
        }
    }

    // Higher ranks connect to lower ones. One whose connection has ended may come again.
    private Verdict Judge(Introduction by)
    {
        if (by.Size != size) return Verdict.OtherSize;
        if (by.Rank <= rank || by.Rank >= size || by.Port is <= 0 or > IPEndPoint.MaxPort) return Verdict.NoSuchRank;
        lock (_gate) return IsThere(by.Rank) ? Verdict.RankTaken : Verdict.Welcome;
    }

    private bool IsThere(int other) => _peers.TryGetValue(other, out var peer) && !peer.IsClosed();
}
