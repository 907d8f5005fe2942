using System.Net.Sockets;

namespace InternVideoNext.Training.Parallel;

/// <summary>The processes that have come so far. Left before it is complete, it closes their connections.</summary>
/// <param name="rank">This process.</param>
/// <param name="size">How many there will be.</param>
internal sealed class Meeting(int rank, int size) : IDisposable
{
    private readonly SortedDictionary<int, Peer> _peers = [];

    /// <summary>The first that is not there yet; null when all are.</summary>
    public int? FirstMissing =>
        Enumerable.Range(0, size).Where(other => other != rank && !_peers.ContainsKey(other)).Select(other => (int?)other).FirstOrDefault();

    /// <summary>Takes a process in; false if one of that rank is there already.</summary>
    public bool TryAdd(int other, Socket socket) => _peers.TryAdd(other, new Peer(socket, other));

    public Socket SocketOf(int other) => _peers[other].Socket;

    /// <summary>All are there: hands their connections on.</summary>
    public PeerMesh ToMesh()
    {
        var mesh = new PeerMesh(rank, [.. _peers.Values]);
        _peers.Clear();
        return mesh;
    }

    public void Dispose()
    {
        foreach (var peer in _peers.Values) peer.Dispose();
    }
}
