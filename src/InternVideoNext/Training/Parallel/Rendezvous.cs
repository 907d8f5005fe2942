using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using InternVideoNext.Foundation;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// How processes find each other: all go to the first, tell it their rank and where they listen themselves, and get the list of
/// everyone's places; then each connects to those between the first and itself.
/// </summary>
internal static class Rendezvous
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task<PeerMesh> HostAsync(Socket listener, int size, CancellationToken cancellation)
    {
        using var meeting = new Meeting(0, size);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var places = new IPEndPoint[size];
            while (meeting.FirstMissing is not null)
            {
                var (socket, hello) = await PeerSockets.AcceptAsync(listener, limit.Token).ConfigureAwait(false);
                Admit(meeting, socket, hello, size);
                places[hello.Rank] = new IPEndPoint(((IPEndPoint)socket.RemoteEndPoint!).Address, hello.Port);
            }
            for (var rank = 1; rank < size; rank++) await SendAsync(meeting.SocketOf(rank), string.Join('\n', places.Skip(1)), limit.Token)
                .ConfigureAwait(false);
            return meeting.ToMesh();
        }
        catch (SocketException e)
        {
            throw new ProcessLostException(meeting.FirstMissing ?? 0, size, $"the meeting broke off ({e.Message})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ProcessLostException(meeting.FirstMissing ?? 0, size, $"it did not join within {Patience.TotalMinutes:0} minutes");
        }
    }

    public static async Task<PeerMesh> JoinAsync(string address, int rank, int size, CancellationToken cancellation)
    {
        using var meeting = new Meeting(rank, size);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var first = await PeerSockets.ConnectAsync(address, limit.Token).ConfigureAwait(false);
            meeting.TryAdd(0, first);
            using var listener = PeerSockets.Listen(new IPEndPoint(((IPEndPoint)first.LocalEndPoint!).Address, 0));
            var hello = new Hello(rank, size, ((IPEndPoint)listener.LocalEndPoint!).Port);
            await hello.SendAsync(first, limit.Token).ConfigureAwait(false);
            var places = (await ReadAsync(first, limit.Token).ConfigureAwait(false)).Split('\n');
            for (var other = 1; other < rank; other++)
            {
                var socket = await PeerSockets.ConnectAsync(IPEndPoint.Parse(places[other - 1]), limit.Token).ConfigureAwait(false);
                meeting.TryAdd(other, socket);
                await hello.SendAsync(socket, limit.Token).ConfigureAwait(false);
            }
            while (meeting.FirstMissing is not null)
            {
                var (socket, other) = await PeerSockets.AcceptAsync(listener, limit.Token).ConfigureAwait(false);
                Admit(meeting, socket, other, size);
            }
            return meeting.ToMesh();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ProcessLostException(
                meeting.FirstMissing ?? 0, size, $"not all had come to {address} within {Patience.TotalMinutes:0} minutes");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new ProcessLostException(0, size, $"the meeting at {address} ended before all had come ({e.Message})");
        }
    }

    private static void Admit(Meeting meeting, Socket socket, Hello hello, int size)
    {
        var fits = hello.Size == size && hello.Rank > 0 && hello.Rank < size;
        if (fits && meeting.TryAdd(hello.Rank, socket)) return;
        socket.Dispose();
        throw new ConfigurationException(fits
            ? $"two processes joined as rank {hello.Rank}; each needs a rank of its own"
            : $"a process joined as rank {hello.Rank} of {hello.Size}, but this run has {size} processes, ranks 0 to {size - 1}");
    }

    private static async Task SendAsync(Socket socket, string text, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await socket.SendAsync((byte[])[.. BitConverter.GetBytes(bytes.Length), .. bytes], cancellation).ConfigureAwait(false);
    }

    private static async Task<string> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellation).ConfigureAwait(false);
        var text = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await stream.ReadExactlyAsync(text, cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(text);
    }
}
