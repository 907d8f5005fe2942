using System.Buffers.Binary;
using System.Numerics;

namespace InternVideoNext.Runs;

/// <summary>
/// The record format of TensorBoard's event files (TFRecord): length as 8 bytes, its checksum, the bytes, their checksum, all
/// little-endian. A checksum is CRC-32C, rotated right by 15 bits, plus 0xA282EAD8 (tensorflow/core/lib/hash/crc32c.h).
/// </summary>
internal static class EventRecords
{
    private const int LengthBytes = 8, ChecksumBytes = 4;

    public static void Write(Stream stream, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[LengthBytes + ChecksumBytes];
        Span<byte> foot = stackalloc byte[ChecksumBytes];
        BinaryPrimitives.WriteInt64LittleEndian(head, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[LengthBytes..], Checksum(head[..LengthBytes]));
        BinaryPrimitives.WriteUInt32LittleEndian(foot, Checksum(content));
        stream.Write(head);
        stream.Write(content);
        stream.Write(foot);
    }

    /// <summary>Every whole record, in order.</summary>
    /// <exception cref="InvalidDataException">A checksum is wrong.</exception>
    public static IEnumerable<byte[]> Read(Stream stream)
    {
        var head = new byte[LengthBytes + ChecksumBytes];
        while (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
        {
            Require(head.AsSpan(0, LengthBytes), head.AsSpan(LengthBytes), stream.Position);
            var body = new byte[BinaryPrimitives.ReadInt64LittleEndian(head) + ChecksumBytes];
            if (stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length) yield break; // cut short by a kill
            Require(body.AsSpan(0, body.Length - ChecksumBytes), body.AsSpan(body.Length - ChecksumBytes), stream.Position);
            yield return body[..^ChecksumBytes];
        }
    }

    private static void Require(ReadOnlySpan<byte> content, ReadOnlySpan<byte> checksum, long at)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(checksum) != Checksum(content))
            throw new InvalidDataException($"the record that ends at byte {at} does not match its checksum");
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(content));
        foreach (var one in content) crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
