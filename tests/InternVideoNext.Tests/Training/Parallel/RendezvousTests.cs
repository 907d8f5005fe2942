using System.Net;
using System.Net.Sockets;
using System.Text;
using InternVideoNext.Foundation;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Tests.Training.Parallel;

public sealed class RendezvousTests
{
    // Twenty silent strangers, one after another, would take longer.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task HostAsync_StrangersSilentOrTalking_KeepNobodyWaiting()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 2, Loopback.Token, null, default);
        var strangers = new List<Socket>();
        for (var i = 0; i < 40; i++)
        {
            var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
            strangers.Add(stranger);
            await stranger.ConnectAsync(listener.LocalEndPoint!);
            if (i % 2 == 1) await stranger.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n" + new string('x', 10 * i)));
        }
        using var joined = await SocketProcessGroup.JoinAsync(Place(listener), 1, 2, null, default).WaitAsync(Patience);
        using var host = await meeting.WaitAsync(Patience);
        Assert.Equal((2, 1), (host.Size, joined.Rank));
        foreach (var stranger in strangers) stranger.Dispose();
    }

    [Fact]
    public async Task JoinAsync_AnotherToken_IsTurnedAwayAndTheRunGoesOn()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 2, Loopback.Token, null, default);
        var place = new MeetingPlace(listener.LocalEndPoint!.ToString()!, "a secret of another run");
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => SocketProcessGroup.JoinAsync(place, 1, 2, null, default));
        Assert.Contains("another IVNEXT_TOKEN", error.Message, StringComparison.Ordinal);
        using var joined = await SocketProcessGroup.JoinAsync(Place(listener), 1, 2, null, default);
        using var host = await meeting;
        Assert.Equal(2, host.Size);
    }

    [Theory]
    [InlineData("one of 3 processes, and the run has another number", 1, 3)]
    [InlineData("there is no rank 5 of 2", 5, 2)]
    [InlineData("there is no rank 0 of 2", 0, 2)]
    public async Task JoinAsync_WrongPlan_IsTurnedAwayAndTheRunGoesOn(string message, int rank, int size)
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 2, Loopback.Token, null, default);
        var error = await Assert.ThrowsAsync<ConfigurationException>(
            () => SocketProcessGroup.JoinAsync(Place(listener), rank, size, null, default));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        using var joined = await SocketProcessGroup.JoinAsync(Place(listener), 1, 2, null, default);
        using var host = await meeting;
        Assert.Equal(2, host.Size);
    }

    [Fact]
    public async Task JoinAsync_RankThatIsThere_IsTurnedAwayAndTheRunGoesOn()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 3, Loopback.Token, null, default);
        var two = new[] { 0, 1 }.Select(_ => SocketProcessGroup.JoinAsync(Place(listener), 1, 3, null, default)).ToList();
        var refused = await Task.WhenAny(two);
        Assert.Contains("another process has joined as rank 1", (await Assert.ThrowsAsync<ConfigurationException>(() => refused)).Message,
            StringComparison.Ordinal);
        using var third = await SocketProcessGroup.JoinAsync(Place(listener), 2, 3, null, default);
        using var second = await two.Single(task => task != refused);
        using var host = await meeting;
        Assert.Equal((3, 1, 2), (host.Size, second.Rank, third.Rank));
    }

    [Fact]
    public async Task JoinAsync_ProcessThatCameAndWent_MayComeAgain()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 3, Loopback.Token, null, default);
        using (var gone = await PeerSockets.TryConnectAsync((IPEndPoint)listener.LocalEndPoint!, default))
        {
            var verdict = await Greeting.SendAsync(gone!, MeetingPlace.KeyOf(Loopback.Token), new Introduction(1, 3, 1), default);
            Assert.Equal(Verdict.Welcome, verdict);
        }
        var others = await Task.WhenAll(
            new[] { 1, 2 }.Select(rank => SocketProcessGroup.JoinAsync(Place(listener), rank, 3, null, default))).WaitAsync(Patience);
        using var host = await meeting;
        Assert.Equal([1, 2], others.Select(group => group.Rank));
        foreach (var group in others) group.Dispose();
    }

    [Fact]
    public async Task SendAsync_ToOneWhoDoesNotKnowTheToken_TrustsNoVerdict()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var impostor = Task.Run(async () =>
        {
            using var socket = await listener.AcceptAsync();
            // It plays the first process as well as it can with a token of its own.
            var greeting = await Greeting.ReadAsync(socket, MeetingPlace.KeyOf("another secret, of its own"), default);
            Assert.Null(greeting);
        });
        using (var socket = await PeerSockets.TryConnectAsync((IPEndPoint)listener.LocalEndPoint!, default))
        {
            var verdict = await Greeting.SendAsync(socket!, MeetingPlace.KeyOf(Loopback.Token), new Introduction(1, 2, 1), default);
            Assert.NotEqual(Verdict.Welcome, verdict);
        }
        await impostor;

        var liar = Task.Run(async () =>
        {
            using var socket = await listener.AcceptAsync();
            var challenge = new byte[40];
            BitConverter.TryWriteBytes(challenge, 0x32544E4558564E49ul);
            await socket.SendAsync(challenge);
            await socket.ReceiveAsync(new byte[200]);
            await socket.SendAsync(new byte[33]); // welcome, with a proof of zeros
        });
        using (var socket = await PeerSockets.TryConnectAsync((IPEndPoint)listener.LocalEndPoint!, default))
        {
            Assert.Null(await Greeting.SendAsync(socket!, MeetingPlace.KeyOf(Loopback.Token), new Introduction(1, 2, 1), default));
        }
        await liar;
    }

    [Fact]
    public async Task Meeting_Cancelled_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var hosting = SocketProcessGroup.HostAsync(listener, 3, Loopback.Token, null, stop.Token);
        var joining = SocketProcessGroup.JoinAsync(Place(listener), 1, 3, null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hosting);
        await Assert.ThrowsAnyAsync<Exception>(() => joining); // cancelled, or left by the first before
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData(":1")]
    [InlineData("127.0.0.1:many")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("192.0.2.1:0")] // of no machine
    public void Listen_NoAddressOfThisMachine_SaysWhatIsExpected(string address)
    {
        var error = Assert.Throws<ConfigurationException>(() => SocketProcessGroup.Listen(address));
        Assert.Contains(address, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listen_ByName_OpensOneInterfaceOnly()
    {
        using var listener = SocketProcessGroup.Listen("localhost:0");
        Assert.True(IPAddress.IsLoopback(((IPEndPoint)listener.LocalEndPoint!).Address), $"{listener.LocalEndPoint}");
    }

    [Fact]
    public void MeetingPlace_ShortToken_IsNoSecret()
    {
        var error = Assert.Throws<ConfigurationException>(() => new MeetingPlace("127.0.0.1:1", "1234"));
        Assert.Contains("openssl rand -hex 16", error.Message, StringComparison.Ordinal);
        Assert.NotEqual(MeetingPlace.NewToken(), MeetingPlace.NewToken());
        Assert.DoesNotContain(Loopback.Token, new MeetingPlace("127.0.0.1:1", Loopback.Token).ToString(), StringComparison.Ordinal);
    }

    private static MeetingPlace Place(Socket listener) => new(listener.LocalEndPoint!.ToString()!, Loopback.Token);
}
