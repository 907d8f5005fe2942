using System.Net.Sockets;
using InternVideoNext.Foundation;
using InternVideoNext.Training.Parallel;

namespace InternVideoNext.Tests.Training.Parallel;

public sealed class RendezvousTests
{
    [Fact]
    public async Task HostAsync_ForeignConnections_AreTurnedAway()
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, 2, default);
        foreach (var words in (byte[][])[[], [.. "GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n"u8]])
        {
            using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await stranger.ConnectAsync(listener.LocalEndPoint!);
            await stranger.SendAsync(words);
        }
        using var joined = await SocketProcessGroup.JoinAsync(listener.LocalEndPoint!.ToString()!, 1, 2, default);
        using var host = await meeting;
        Assert.Equal((2, 1), (host.Size, joined.Rank));
    }

    [Theory]
    [InlineData("rank 1 of 3, but this run has 2 processes", 2, 3, 1)]
    [InlineData("rank 5 of 2, but this run has 2 processes", 2, 2, 5)]
    [InlineData("two processes joined as rank 1", 3, 3, 1, 1)]
    public async Task HostAsync_WrongPlan_EndsAllNamingIt(string message, int size, int joinersSize, params int[] ranks)
    {
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var meeting = SocketProcessGroup.HostAsync(listener, size, default);
        var address = listener.LocalEndPoint!.ToString()!;
        var joiners = ranks.Select(rank => SocketProcessGroup.JoinAsync(address, rank, joinersSize, default)).ToList();
        var error = await Assert.ThrowsAsync<ConfigurationException>(() => meeting);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        foreach (var joiner in joiners) Assert.Equal(0, (await Assert.ThrowsAsync<ProcessLostException>(() => joiner)).Rank);
    }

    [Fact]
    public async Task Meeting_Cancelled_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        using var listener = SocketProcessGroup.Listen("127.0.0.1:0");
        var hosting = SocketProcessGroup.HostAsync(listener, 3, stop.Token);
        var joining = SocketProcessGroup.JoinAsync(listener.LocalEndPoint!.ToString()!, 1, 3, stop.Token);
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
}
