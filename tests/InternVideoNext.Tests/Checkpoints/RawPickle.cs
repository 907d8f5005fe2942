using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace InternVideoNext.Tests.Checkpoints;

/// <summary>Writes pickles word by word, and archives around them, also such as no PyTorch would.</summary>
internal static class RawPickle
{
    public static byte[] Bytes(params object[] parts)
    {
        using var stream = new MemoryStream();
        stream.Write([0x80, 2]);
        foreach (var part in parts)
            stream.Write(part switch
            {
                string text => Encoding.Latin1.GetBytes(text),
                byte[] bytes => bytes,
                int number => [(byte)'J', .. Number(number)],
                _ => throw new ArgumentException($"{part}: neither words, bytes nor a number", nameof(parts)),
            });
        stream.Write("."u8);
        return stream.ToArray();
    }

    /// <summary>A text as a value.</summary>
    public static byte[] Text(string text) => [(byte)'X', .. Number(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    /// <summary>The four bytes of a number.</summary>
    public static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>A PyTorch archive.</summary>
    public static void Write(string path, byte[] pickle, params (string Key, byte[] Data)[] storages) => Archive(
        path, [("m/data.pkl", pickle), .. storages.Select(storage => ($"m/data/{storage.Key}", storage.Data))]);

    /// <summary>Any archive.</summary>
    public static void Archive(
        string path, IEnumerable<(string Name, byte[] Data)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var file = File.Create(path);
        using var archive = new ZipArchive(file, ZipArchiveMode.Create);
        foreach (var (name, data) in entries)
        {
            using var stream = archive.CreateEntry(name, level).Open();
            stream.Write(data);
        }
    }

    /// <summary>A NumPy array.</summary>
    public static byte[] Numpy(string header, byte[] data, byte version = 1)
    {
        var text = Encoding.ASCII.GetBytes(header + "\n");
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : Number(text.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. data];
    }
}
