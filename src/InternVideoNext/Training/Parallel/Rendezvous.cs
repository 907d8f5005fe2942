using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using InternVideoNext.Foundation;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// How processes find each other: all go to the first, prove that they know the run's token, tell it their rank and where they listen
/// themselves, and get the list of everyone's places; then each connects, with the same proof, to those between the first and itself.
/// </summary>
internal static class Rendezvous
{
    private const int LongestPlace = 64; // an IPv6 address in brackets with a scope, and a port
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10), Retry = TimeSpan.FromMilliseconds(200);

    public static async Task<PeerMesh> HostAsync(
        Socket listener, int size, string token, CollectiveOptions options, CancellationToken cancellation)
    {
        using var meeting = new Meeting(0, size);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await AdmitHigherAsync(meeting, 0, listener, MeetingPlace.KeyOf(token), limit.Token).ConfigureAwait(false);
            var places = string.Join('\n', meeting.Places);
            for (var rank = 1; rank < size; rank++)
                await SendAsync(meeting.SocketOf(rank), places, limit.Token).ConfigureAwait(false);
            return meeting.ToMesh(options);
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

    /// <param name="find">Says where the first process is to be met; asked again before every try.</param>
    /// <param name="rank">This process.</param>
    /// <param name="size">How many there will be.</param>
    /// <param name="options">The group's.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<PeerMesh> JoinAsync(
        Func<CancellationToken, Task<MeetingPlace>> find, int rank, int size, CollectiveOptions options, CancellationToken cancellation)
    {
        using var meeting = new Meeting(rank, size);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var (first, listener, key) = await MeetFirstAsync(find, rank, size, limit.Token).ConfigureAwait(false);
            using var _ = listener;
            meeting.Add(0, first, (IPEndPoint)first.RemoteEndPoint!);
            var places = await ReadAsync(first, size, limit.Token).ConfigureAwait(false);
            var introduction = new Introduction(rank, size, ((IPEndPoint)listener.LocalEndPoint!).Port);
            await Task.WhenAll(
                JoinLowerAsync(meeting, places, introduction, key, limit.Token),
                AdmitHigherAsync(meeting, rank, listener, key, limit.Token)).ConfigureAwait(false);
            return meeting.ToMesh(options);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ProcessLostException(
                meeting.FirstMissing ?? 0, size, $"not all had come to the meeting within {Patience.TotalMinutes:0} minutes");
        }
        catch (Exception e) when (e is IOException or SocketException or FormatException)
        {
            throw new ProcessLostException(0, size, $"the meeting ended before all had come ({e.Message})");
        }
    }

    private static async Task<(Socket First, Socket Listener, byte[] Key)> MeetFirstAsync(
        Func<CancellationToken, Task<MeetingPlace>> find, int rank, int size, CancellationToken cancellation)
    {
        while (true)
        {
            var place = await find(cancellation).ConfigureAwait(false);
            var key = MeetingPlace.KeyOf(place.Token);
            if (await PeerSockets.TryConnectAsync(place.Address, cancellation).ConfigureAwait(false) is { } first)
            {
                // Reached over this interface by the first process, and so by the others.
                var listener = PeerSockets.Listen(new IPEndPoint(((IPEndPoint)first.LocalEndPoint!).Address, 0));
                var introduction = new Introduction(rank, size, ((IPEndPoint)listener.LocalEndPoint!).Port);
                var verdict = await GreetAsync(first, key, introduction, cancellation).ConfigureAwait(false);
                if (verdict == Verdict.Welcome) return (first, listener, key);
                first.Dispose();
                listener.Dispose();
                if (verdict is { } refusal) throw new ConfigurationException(Words(refusal, place.Address, rank, size));
            }
            await Task.Delay(Retry, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task JoinLowerAsync(
        Meeting meeting, IReadOnlyList<IPEndPoint> places, Introduction introduction, byte[] key, CancellationToken cancellation)
    {
        for (var other = 1; other < introduction.Rank; other++)
        {
            var place = places[other - 1];
            while (true)
            {
                if (await PeerSockets.TryConnectAsync(place, cancellation).ConfigureAwait(false) is { } socket)
                {
                    var verdict = await GreetAsync(socket, key, introduction, cancellation).ConfigureAwait(false);
                    if (verdict == Verdict.Welcome)
                    {
                        meeting.Add(other, socket, place);
                        break;
                    }
                    socket.Dispose();
                }
                await Task.Delay(Retry, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task AdmitHigherAsync(Meeting meeting, int rank, Socket listener, byte[] key, CancellationToken cancellation)
    {
        var greetings = new Greetings(listener, key);
        await using var _ = greetings.ConfigureAwait(false);
        while (meeting.MissingFrom(rank + 1) is not null)
        {
            var greeting = await greetings.NextAsync(cancellation).ConfigureAwait(false);
            await meeting.AdmitAsync(greeting, cancellation).ConfigureAwait(false);
        }
    }

    // Null where whoever is there does not greet as a process of a run does: it may be one of an earlier run that is just ending.
    private static async Task<Verdict?> GreetAsync(Socket socket, byte[] key, Introduction introduction, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Greetings.Limit);
        try
        {
            return await Greeting.SendAsync(socket, key, introduction, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (
            e is IOException or SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Words(Verdict refusal, string address, int rank, int size) => $"rank 0 at {address} turned this process away: "
        + refusal switch
        {
            Verdict.WrongToken => $"it was given another {MeetingPlace.TokenVariable}. All processes of a run need the same",
            Verdict.OtherSize => $"it was started as one of {size} processes, and the run has another number of them",
            Verdict.RankTaken => $"another process has joined as rank {rank}; each needs a rank of its own",
            _ => $"there is no rank {rank} of {size} to join as",
        };

    private static async Task SendAsync(Socket socket, string text, CancellationToken cancellation)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        await socket.SendAsync((byte[])[.. BitConverter.GetBytes(bytes.Length), .. bytes], cancellation).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<IPEndPoint>> ReadAsync(Socket socket, int size, CancellationToken cancellation)
    {
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellation).ConfigureAwait(false);
        var count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count < 0 || count > size * LongestPlace) throw new InvalidDataException($"a list of {size} places of {count} bytes");
        var text = new byte[count];
        await stream.ReadExactlyAsync(text, cancellation).ConfigureAwait(false);
        return [.. Encoding.UTF8.GetString(text).Split('\n').Select(IPEndPoint.Parse)];
    }
}
