using System.Globalization;
using System.Net;
using System.Net.Sockets;
using InternVideoNext.Foundation;

namespace InternVideoNext.Training.Parallel;

/// <summary>Opens the sockets of a group: where they lead, and how soon a dead end is noticed.</summary>
internal static class PeerSockets
{
    // Of a machine that vanished no word comes: it is asked, and given up after about half a minute.
    private const int AskAfterSeconds = 15, AskEverySeconds = 5, AskTimes = 3;

    // Linux's TCP_USER_TIMEOUT: the same for what was sent and is not acknowledged. Both ends are in an exchange before anything large is
    // sent.
    private const int TcpLevel = 6, UserTimeoutOption = 18, UserTimeoutMilliseconds = 60_000;

    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(10), Retry = TimeSpan.FromMilliseconds(200);

    /// <summary>Listens at HOST:PORT, which is this machine's.</summary>
    /// <exception cref="ConfigurationException">It is no such address, or cannot be had.</exception>
    public static Socket Listen(string address)
    {
        var (host, port) = Parse(address);
        try
        {
            // A name may stand for any of the machine's addresses: then all are listened at.
            return Listen(new IPEndPoint(IPAddress.TryParse(host, out var literal) ? literal : IPAddress.Any, port));
        }
        catch (SocketException e)
        {
            throw new ConfigurationException(
                $"cannot listen at {address}: {e.Message}; the address is one of the machine that runs rank 0, with a free port", e);
        }
    }

    public static Socket Listen(IPEndPoint place)
    {
        var socket = New(place.AddressFamily);
        socket.Bind(place);
        socket.Listen();
        return socket;
    }

    /// <summary>Connects to HOST:PORT as soon as somebody listens there.</summary>
    /// <exception cref="ConfigurationException">It is no such address.</exception>
    public static async Task<Socket> ConnectAsync(string address, CancellationToken cancellation)
    {
        var (host, port) = Parse(address);
        while (true)
        {
            try
            {
                var found = await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
                return await ConnectAsync(
                    new IPEndPoint(found.OrderBy(a => a.AddressFamily != AddressFamily.InterNetwork).First(), port),
                    cancellation).ConfigureAwait(false);
            }
            catch (SocketException e) when (
                e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable
                or SocketError.TimedOut or SocketError.TryAgain)
            {
                await Task.Delay(Retry, cancellation).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                throw new ConfigurationException($"cannot connect to {address}: {e.Message}", e);
            }
        }
    }

    public static async Task<Socket> ConnectAsync(IPEndPoint place, CancellationToken cancellation)
    {
        var socket = New(place.AddressFamily);
        try
        {
            await socket.ConnectAsync(place, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
        return Tuned(socket);
    }

    /// <summary>The next process that comes; whatever else connects is turned away.</summary>
    public static async Task<(Socket Socket, Hello Hello)> AcceptAsync(Socket listener, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(HelloPatience);
            try
            {
                if (await Hello.ReadAsync(socket, limit.Token).ConfigureAwait(false) is { } hello) return (Tuned(socket), hello);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                // It broke off, or said nothing.
            }
            socket.Dispose();
        }
    }

    private static Socket New(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp);

    private static Socket Tuned(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, AskAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, AskEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, AskTimes);
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(
            TcpLevel, UserTimeoutOption, BitConverter.GetBytes(UserTimeoutMilliseconds));
        return socket;
    }

    // HOST:PORT, with a host that may be a name, an address, or an IPv6 address in brackets.
    private static (string Host, int Port) Parse(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return (address[..colon].Trim('[', ']'), port);
        throw new ConfigurationException($"'{address}' is no address; expected HOST:PORT, for example 10.0.0.1:29500");
    }
}
