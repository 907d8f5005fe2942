using System.Buffers.Binary;
using System.Net.Sockets;

namespace InternVideoNext.Training.Parallel;

/// <summary>
/// The connection to one other process. What travels is framed: 8 bytes with the length, then so many bytes. A length below 0
/// says farewell: the sender leaves because process -1 - length is lost. Never waits: <see cref="PeerMesh"/> calls when the socket is
/// ready.
/// </summary>
internal sealed class Peer(Socket socket, int rank) : IDisposable
{
    private const int HeadBytes = sizeof(long);
    private const long LongestMessage = 1L << 30;

    private readonly byte[] _headOut = new byte[HeadBytes], _headIn = new byte[HeadBytes];
    private ReadOnlyMemory<byte> _headLeft, _bodyLeft;
    private Memory<byte> _headWanted, _bodyWanted;
    private Memory<byte>? _place;

    public Socket Socket => socket;

    public int Rank { get; } = rank;

    public bool IsSending => Fault is null && _headLeft.Length + _bodyLeft.Length > 0;

    public bool IsReceiving => Fault is null && _headWanted.Length + _bodyWanted.Length > 0;

    /// <summary>Why nothing more can be expected of the process, as the end of a sentence; null while it is there.</summary>
    public string? Fault { get; private set; }

    /// <summary>The process that is to blame for <see cref="Fault"/>: this one, or the one that it lost itself.</summary>
    public int Blamed { get; private set; } = rank;

    /// <summary>What came last.</summary>
    public Memory<byte> Received { get; private set; }

    /// <summary>Begins a frame each way.</summary>
    /// <param name="outgoing">What is sent.</param>
    /// <param name="place">Where what comes is put, which must have its length; null for a message of any length.</param>
    public void Begin(ReadOnlyMemory<byte> outgoing, Memory<byte>? place)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_headOut, outgoing.Length);
        (_headLeft, _bodyLeft) = (_headOut, outgoing);
        (_headWanted, _bodyWanted, _place) = (_headIn, default, place);
    }

    /// <summary>Sends as much as the socket takes.</summary>
    /// <returns>Whether that was anything.</returns>
    public bool Send()
    {
        var before = _headLeft.Length + _bodyLeft.Length;
        if (_headLeft.Length > 0) _headLeft = _headLeft[Sent(_headLeft.Span)..];
        if (_headLeft.Length == 0 && _bodyLeft.Length > 0) _bodyLeft = _bodyLeft[Sent(_bodyLeft.Span)..];
        return _headLeft.Length + _bodyLeft.Length < before;
    }

    /// <summary>Takes what has come.</summary>
    public void Receive()
    {
        if (_headWanted.Length > 0)
        {
            _headWanted = _headWanted[Taken(_headWanted.Span)..];
            if (_headWanted.Length > 0 || Fault is not null) return;
            Open(BinaryPrimitives.ReadInt64LittleEndian(_headIn));
        }
        if (Fault is null && _bodyWanted.Length > 0) _bodyWanted = _bodyWanted[Taken(_bodyWanted.Span)..];
    }

    /// <summary>Says that this process leaves, and because of whom. Best effort: the other finds out anyway, only not about whom.</summary>
    public void SayFarewell(int lost)
    {
        if (Fault is not null || IsSending) return;
        BinaryPrimitives.WriteInt64LittleEndian(_headOut, -1 - lost);
        socket.Send(_headOut, SocketFlags.None, out _);
    }

    /// <summary>
    /// Whether the other end is closed, or says farewell, seen without taking anything from the connection; from any thread.
    /// </summary>
    public bool IsLeaving() => Peek(farewellCounts: true);

    /// <summary>Whether the other end is closed.</summary>
    public bool IsClosed() => socket.Poll(0, SelectMode.SelectRead) && Peek(farewellCounts: false);

    /// <summary>Gives it up, because it said nothing for too long.</summary>
    public void GiveUp(string why) => Fault ??= why;

    public void Dispose() => socket.Dispose();

    private bool Peek(bool farewellCounts)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        var count = socket.Receive(head, SocketFlags.Peek, out var error);
        return error == SocketError.Success
            ? count == 0 || (farewellCounts && count == HeadBytes && BinaryPrimitives.ReadInt64LittleEndian(head) < 0)
            : error != SocketError.WouldBlock;
    }

    private void Open(long length)
    {
        if (length < 0)
        {
            Blamed = (int)(-1 - length);
            Fault = $"so says rank {Rank}";
        }
        else if (length > LongestMessage || (_place is { } place && place.Length != length))
        {
            Fault = $"it sent {length} bytes where {_place?.Length ?? LongestMessage} at most were expected; do all processes run the "
                + "same program?";
        }
        else
        {
            Received = _bodyWanted = _place ?? new byte[length];
        }
    }

    private int Sent(ReadOnlySpan<byte> bytes)
    {
        var count = socket.Send(bytes, SocketFlags.None, out var error);
        return error is SocketError.Success ? count : Failed(error);
    }

    private int Taken(Span<byte> bytes)
    {
        var count = socket.Receive(bytes, SocketFlags.None, out var error);
        if (error is not SocketError.Success) return Failed(error);
        if (count == 0) Fault = "its connection was closed";
        return count;
    }

    private int Failed(SocketError error)
    {
        if (error is not (SocketError.WouldBlock or SocketError.Interrupted)) Fault ??= $"its connection broke ({error})";
        return 0;
    }
}
