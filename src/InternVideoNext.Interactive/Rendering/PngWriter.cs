using System.Buffers.Binary;
using System.IO.Compression;

namespace InternVideoNext.Interactive.Rendering;

/// <summary>
/// Encodes 8-bit RGB and RGBA pictures as PNG, and clips as animated PNG (PNG specification, third edition).
/// Written here because a native imaging library would be one more thing to load in every notebook engine.
/// </summary>
internal static class PngWriter
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<uint> CrcOfNibble =>
    [
        0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
        0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
    ];

    /// <summary>One picture.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="channels">3 (RGB) or 4 (RGBA, not premultiplied).</param>
    /// <param name="pixels">width * height * channels bytes, row by row.</param>
    public static byte[] Encode(int width, int height, int channels, ReadOnlySpan<byte> pixels)
    {
        using var stream = Begin(width, height, channels);
        WriteChunk(stream, "IDAT"u8, Compress(width, height, channels, pixels));
        WriteChunk(stream, "IEND"u8, []);
        return stream.ToArray();
    }

    /// <summary>An endlessly repeating clip; readers that know no animation show its first frame.</summary>
    /// <param name="frames">RGB frames, all of one size.</param>
    /// <param name="framesPerSecond">Positive.</param>
    public static byte[] EncodeAnimation(FrameStack frames, double framesPerSecond)
    {
        using var stream = Begin(frames.Width, frames.Height, channels: 3);
        var control = new byte[8]; // frames, repetitions (0 = for ever)
        BinaryPrimitives.WriteInt32BigEndian(control, frames.Count);
        WriteChunk(stream, "acTL"u8, control);
        var sequence = 0;
        for (var t = 0; t < frames.Count; t++)
        {
            WriteChunk(stream, "fcTL"u8, FrameControl(sequence++, frames.Width, frames.Height, framesPerSecond));
            var data = Compress(frames.Width, frames.Height, 3, frames.Frame(t));
            if (t == 0)
            {
                WriteChunk(stream, "IDAT"u8, data);
                continue;
            }

            var numbered = new byte[data.Length + 4];
            BinaryPrimitives.WriteInt32BigEndian(numbered, sequence++);
            data.CopyTo(numbered, 4);
            WriteChunk(stream, "fdAT"u8, numbered);
        }

        WriteChunk(stream, "IEND"u8, []);
        return stream.ToArray();
    }

    private static MemoryStream Begin(int width, int height, int channels)
    {
        var stream = new MemoryStream();
        stream.Write(Signature);
        var header = new byte[13]; // size, 8 bits, colour type, deflate, adaptive filters, not interlaced
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = channels == 4 ? (byte)6 : (byte)2;
        WriteChunk(stream, "IHDR"u8, header);
        return stream;
    }

    private static byte[] FrameControl(int sequence, int width, int height, double framesPerSecond)
    {
        var control = new byte[26]; // the rest is zero: no offset, keep the canvas, replace its pixels
        BinaryPrimitives.WriteInt32BigEndian(control, sequence);
        BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(4), width);
        BinaryPrimitives.WriteInt32BigEndian(control.AsSpan(8), height);
        var milliseconds = (ushort)Math.Clamp(Math.Round(1000 / framesPerSecond), 1, ushort.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(control.AsSpan(20), milliseconds);
        BinaryPrimitives.WriteUInt16BigEndian(control.AsSpan(22), 1000);
        return control;
    }

    private static byte[] Compress(int width, int height, int channels, ReadOnlySpan<byte> pixels)
    {
        var stride = width * channels;
        var filtered = new byte[(stride + 1) * height];
        ReadOnlySpan<byte> above = new byte[stride];
        for (var y = 0; y < height; y++)
        {
            var row = pixels.Slice(y * stride, stride);
            PngFilter.Best(row, above, channels, filtered.AsSpan(y * (stride + 1), stride + 1));
            above = row;
        }

        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(filtered);
        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        stream.Write(word);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Crc(data, Crc(type, uint.MaxValue)));
        stream.Write(word);
    }

    // CRC-32 as in annex D of the specification, four bits at a time.
    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (var value in bytes)
        {
            crc ^= value;
            crc = (crc >> 4) ^ CrcOfNibble[(int)(crc & 15)];
            crc = (crc >> 4) ^ CrcOfNibble[(int)(crc & 15)];
        }

        return crc;
    }
}
