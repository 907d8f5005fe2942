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

    /// <summary>Listens at HOST:PORT, which is this machine's.</summary>
    /// <exception cref="ConfigurationException">It is no such address, or cannot be had.</exception>
    public static Socket Listen(string address)
    {
        var (host, port) = Parse(address);
        try
        {
            return Listen(new IPEndPoint(OwnAddress(host), port));
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
        try
        {
            socket.Bind(place);
            socket.Listen();
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects to HOST:PORT; null where nobody listens there yet.</summary>
    /// <exception cref="ConfigurationException">It is no such address.</exception>
    public static async Task<Socket?> TryConnectAsync(string address, CancellationToken cancellation)
    {
        var (host, port) = Parse(address);
        try
        {
            // A name may stand for several addresses, of which the first process listens at one.
            foreach (var found in Ordered(await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false)))
            {
                if (await TryConnectAsync(new IPEndPoint(found, port), cancellation).ConfigureAwait(false) is { } socket) return socket;
            }
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode != SocketError.TryAgain)
        {
            throw new ConfigurationException($"cannot connect to {address}: {e.Message}", e);
        }
        catch (SocketException)
        {
            return null; // the name could not be looked up just now
        }
    }

    /// <summary>Connects; null where nobody listens there yet.</summary>
    /// <exception cref="SocketException">It cannot be reached from here at all.</exception>
    public static async Task<Socket?> TryConnectAsync(IPEndPoint place, CancellationToken cancellation)
    {
        var socket = New(place.AddressFamily);
        try
        {
            await socket.ConnectAsync(place, cancellation).ConfigureAwait(false);
            Tune(socket);
            return socket;
        }
        catch (SocketException e) when (
            e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable
            or SocketError.TimedOut or SocketError.ConnectionReset)
        {
            socket.Dispose();
            return null;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sets what lets a dead end be noticed.</summary>
    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, AskAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, AskEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, AskTimes);
        if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(
            TcpLevel, UserTimeoutOption, BitConverter.GetBytes(UserTimeoutMilliseconds));
    }

    // One interface is opened, never all: of the addresses that a name stands for the first that is this machine's, if possible one
    // that other machines can reach.
    private static IPAddress OwnAddress(string host)
    {
        if (IPAddress.TryParse(host, out var literal)) return literal;
        var found = Ordered(Dns.GetHostAddresses(host)).ToList();
        return found.Find(IsOwn) ?? found[0];
    }

    private static IEnumerable<IPAddress> Ordered(IEnumerable<IPAddress> found) =>
        found.OrderBy(IPAddress.IsLoopback).ThenBy(address => address.AddressFamily != AddressFamily.InterNetwork);

    private static bool IsOwn(IPAddress address)
    {
        using var probe = New(address.AddressFamily);
        try
        {
            probe.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Socket New(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp);

    // HOST:PORT, with a host that may be a name, an address, or an IPv6 address in brackets.
    private static (string Host, int Port) Parse(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return (address[..colon].Trim('[', ']'), port);
        throw new ConfigurationException($"'{address}' is no address; expected HOST:PORT, for example 10.0.0.1:29500");
    }
}
