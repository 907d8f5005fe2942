using System.Buffers.Binary;
using System.Net.Sockets;

namespace InternVideoNext.Training.Parallel;

/// <summary>What a process says first on a connection that it has opened.</summary>
/// <param name="Rank">Its place.</param>
/// <param name="Size">How many processes it knows of.</param>
/// <param name="Port">Where it listens to the others.</param>
internal readonly record struct Hello(int Rank, int Size, int Port)
{
    private const ulong Greeting = 0x31544E4558564E49; // tells a process of a run from whatever else may connect
    private const int Bytes = sizeof(ulong) + (3 * sizeof(int));

    public async Task SendAsync(Socket socket, CancellationToken cancellation)
    {
        var message = new byte[Bytes];
        BinaryPrimitives.WriteUInt64LittleEndian(message, Greeting);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(8), Rank);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), Size);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(16), Port);
        await socket.SendAsync(message, cancellation).ConfigureAwait(false);
    }

    /// <summary>Null for something that is no process of a run.</summary>
    public static async Task<Hello?> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        var message = new byte[Bytes];
        using var stream = new NetworkStream(socket, ownsSocket: false);
        var count = await stream.ReadAtLeastAsync(message, Bytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (count < Bytes || BinaryPrimitives.ReadUInt64LittleEndian(message) != Greeting) return null;
        return new Hello(
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12)),
            BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(16)));
    }
}
