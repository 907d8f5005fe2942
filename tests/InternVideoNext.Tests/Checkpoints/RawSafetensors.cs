using System.Buffers.Binary;
using System.Text;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Safetensors bytes put together by hand, so that they can be wrong.</summary>
internal static class RawSafetensors
{
    public static byte[] Bytes(string header, int dataBytes, long? claimedLength = null) =>
        Bytes(Encoding.UTF8.GetBytes(header), dataBytes, claimedLength);

    public static byte[] Bytes(byte[] header, int dataBytes, long? claimedLength = null)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, claimedLength ?? header.Length);
        header.CopyTo(bytes, 8);
        for (var i = 0; i < dataBytes; i++)
            bytes[8 + header.Length + i] = (byte)i;
        return bytes;
    }
}
