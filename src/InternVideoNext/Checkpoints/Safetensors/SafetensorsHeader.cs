using System.Buffers.Binary;
using System.Text.Unicode;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// The parsed and checked header of a safetensors file: 8 bytes with the header's length N (little endian), N bytes of JSON, then the data.
/// Parsing reads only what it is given and allocates in proportion to the header's real length, so a damaged file can't make it allocate
/// more.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The longest header that is read, as in the reference implementation of the format.</summary>
    public const int MaximumLength = 100_000_000;

    /// <summary>Bytes of the length in front of the header.</summary>
    public const int PrefixLength = 8;

    private SafetensorsHeader(
        int length, IReadOnlyDictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        DataStart = PrefixLength + length;
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>Offset of the data in the file.</summary>
    public long DataStart { get; }

    /// <summary>Tensors by name, in the header's order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Parses the header and checks it against the file's length.</summary>
    /// <param name="start">The file's first bytes: all of them, or at least the length and the header.</param>
    /// <param name="fileLength">The whole file's length in bytes.</param>
    /// <param name="path">The file's name, for errors.</param>
    /// <exception cref="SafetensorsException">The file breaks the format.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> start, long fileLength, string path)
    {
        if (fileLength < PrefixLength)
            throw new SafetensorsException(
                path, null, $"too short for a safetensors file: {fileLength} bytes, at least {PrefixLength} needed.");
        if (TensorFileKinds.Remedy(TensorFileKinds.Of(start)) is { } remedy)
            throw new SafetensorsException(path, null, $"it is {remedy}.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > MaximumLength)
            throw new SafetensorsException(
                path, null,
                $"the header claims {length} bytes, more than the format's {MaximumLength}: not a safetensors file, or a damaged one.");
        if ((long)length > fileLength - PrefixLength)
            throw new SafetensorsException(
                path, null,
                $"the header claims {length} bytes but only {fileLength - PrefixLength} follow: the file is truncated or not a "
                + "safetensors file.");
        var json = start.Slice(PrefixLength, (int)length);
        if (!Utf8.IsValid(json))
            throw new SafetensorsException(path, null, "the header is not valid UTF-8.");
        if (json.IsEmpty || json[0] != (byte)'{')
            throw new SafetensorsException(path, null, "the header is not a JSON object.");
        var (entries, metadata) = SafetensorsHeaderReader.Read(json, path);
        CheckLayout(entries, fileLength - PrefixLength - (long)length, path);
        return new SafetensorsHeader((int)length, entries, metadata);
    }

    /// <summary>The tensors must cover the data exactly: no range outside it, none overlapping, no hole.</summary>
    private static void CheckLayout(OrderedNames<SafetensorsEntry> entries, long dataLength, string path)
    {
        var position = 0L;
        SafetensorsEntry? previous = null;
        foreach (var entry in entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > dataLength)
                throw new SafetensorsException(
                    path, entry.Name,
                    $"its data ends at byte {entry.End} but the file holds {dataLength} bytes of data: truncated, or the offsets "
                    + "are wrong.");
            if (entry.Begin < position)
                throw new SafetensorsException(
                    path, entry.Name,
                    $"its data, bytes {entry.Begin} to {entry.End}, overlaps that of '{SafetensorsException.Shorten(previous!.Name)}', "
                    + $"which ends at {position}.");
            if (entry.Begin > position)
                throw new SafetensorsException(
                    path, entry.Name,
                    $"bytes {position} to {entry.Begin} before its data belong to no tensor: the format allows no holes.");
            position = entry.End;
            previous = entry;
        }

        if (position != dataLength)
            throw new SafetensorsException(
                path, null,
                $"the tensors cover {position} bytes but the file holds {dataLength} bytes of data: {dataLength - position} bytes "
                + "belong to no tensor.");
    }
}

/// <summary>One tensor of a safetensors file as its header describes it.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; empty for a scalar.</param>
/// <param name="Begin">First byte of its data, counted from the end of the header.</param>
/// <param name="End">The byte after its last one, counted likewise.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of data.</summary>
    public long ByteCount => End - Begin;

    /// <summary>Number of elements: the product of the dimensions, 1 for a scalar.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>Type and shape in one word, for example <c>F16[768, 3, 1, 14, 14]</c>.</summary>
    public string Description => $"{Type.Name}{ShapeText.Of(Shape)}";
}
