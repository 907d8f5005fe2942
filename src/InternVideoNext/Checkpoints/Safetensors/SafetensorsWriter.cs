using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// Writes safetensors files: written aside in the same folder, flushed to disk, then renamed, so that a file of that name is whole or
/// absent.
/// The header keeps the given order and is padded with spaces to a multiple of 8 bytes; the data goes by descending element size (the given
/// order within one size), so that every tensor is aligned for programs that use it from a map. The same tensors give the same bytes.
/// </summary>
public static class SafetensorsWriter
{
    private const long ChunkBytes = 1 << 28;

    private static readonly JsonWriterOptions HeaderStyle = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes tensors of any device and layout in their own types; each is copied to the CPU in turn.</summary>
    /// <param name="path">The file; its folder is made if need be, and a file of that name is replaced.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">Free text for the header, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name is given twice or is <c>__metadata__</c>, or a type has no place in the format.
    /// </exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(path, tensors.Select(pair => SafetensorsItem.Of(pair.Key, pair.Value)), metadata);

    /// <summary>Writes tensors that are made one at a time.</summary>
    /// <param name="path">The file; its folder is made if need be, and a file of that name is replaced.</param>
    /// <param name="items">What to write.</param>
    /// <param name="metadata">Free text for the header, or null.</param>
    /// <exception cref="ArgumentException">
    /// A name is given twice or is <c>__metadata__</c>, or a made tensor isn't what its item says.
    /// </exception>
    public static void Write(string path, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var all = items.ToList();
        CheckNames(all);
        var layout = all.OrderByDescending(item => item.Type.Bits).ToList();
        AsideFile.Write(path, stream =>
        {
            stream.Write(Header(all, layout, metadata));
            foreach (var item in layout)
                WriteData(stream, item);
        });
    }

    private static void CheckNames(List<SafetensorsItem> items)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in items.Select(item => item.Name))
        {
            if (name == "__metadata__")
                throw new ArgumentException("A tensor can't be named __metadata__: the format keeps that name for itself.", nameof(items));
            if (!seen.Add(name))
                throw new ArgumentException($"The tensor name '{name}' is given twice.", nameof(items));
        }
    }

    private static byte[] Header(List<SafetensorsItem> items, List<SafetensorsItem> layout, IReadOnlyDictionary<string, string>? metadata)
    {
        var begins = new Dictionary<string, long>(StringComparer.Ordinal);
        var position = 0L;
        foreach (var item in layout)
        {
            begins[item.Name] = position;
            position += item.ByteCount;
        }

        using var buffer = new MemoryStream();
        buffer.Write(new byte[SafetensorsHeader.PrefixLength]);
        using (var json = new Utf8JsonWriter(buffer, HeaderStyle))
            WriteHeader(json, items, begins, metadata);
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)(bytes.Length - SafetensorsHeader.PrefixLength));
        return bytes;
    }

    private static void WriteHeader(
        Utf8JsonWriter json, List<SafetensorsItem> items, Dictionary<string, long> begins, IReadOnlyDictionary<string, string>? metadata)
    {
        json.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            json.WriteStartObject("__metadata__");
            foreach (var (name, text) in metadata)
                json.WriteString(name, text);
            json.WriteEndObject();
        }

        foreach (var item in items)
        {
            json.WriteStartObject(item.Name);
            json.WriteString("dtype", item.Type.Name);
            json.WriteStartArray("shape");
            foreach (var dimension in item.Shape)
                json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(begins[item.Name]);
            json.WriteNumberValue(begins[item.Name] + item.ByteCount);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteData(Stream stream, SafetensorsItem item)
    {
        using var scope = NewDisposeScope();
        var made = item.Make();
        if (made.dtype != item.Type.Torch || !made.shape.SequenceEqual(item.Shape))
            throw new ArgumentException(
                $"Tensor '{item.Name}' was announced as {item.Type}{ShapeText.Of(item.Shape)} but is "
                + $"{made.dtype}{ShapeText.Of(made.shape)}.", nameof(item));
        var flat = made.detach().cpu().contiguous().view(-1);
        var width = item.Type.Bits / 8;
        for (var done = 0L; done < item.ByteCount; done += ChunkBytes)
            stream.Write(flat.narrow(0, done / width, Math.Min(ChunkBytes, item.ByteCount - done) / width).bytes);
    }
}

/// <summary>
/// A tensor to be written: described at once, made when its turn comes, so that a large model is converted one tensor at a time.
/// </summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its type in the file.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Make">Makes the tensor, of that type and shape, on any device; the writer disposes whatever it makes.</param>
public sealed record SafetensorsItem(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Func<Tensor> Make)
{
    /// <summary>Bytes of data.</summary>
    internal long ByteCount => Shape.Aggregate(1L, (product, dimension) => product * dimension) * Type.Bits / 8;

    /// <summary>An existing tensor, written in its own type, or in <paramref name="type"/> if given. It stays the caller's.</summary>
    public static SafetensorsItem Of(string name, Tensor tensor, ScalarType? type = null)
    {
        var target = type ?? tensor.dtype;
        return new SafetensorsItem(name, SafetensorsType.Of(target), tensor.shape, () => tensor.detach().to(target));
    }
}
