using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace InternVideoNext.Checkpoints;

/// <summary>The header of a NumPy array: a Python dictionary of three entries, which is parsed and never evaluated.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="IsFortran">Whether the first index runs fastest.</param>
/// <param name="DataStart">Bytes before the data.</param>
/// <param name="ByteCount">Bytes of data.</param>
internal sealed partial record NumpyHeader(
    SafetensorsType Type, IReadOnlyList<long> Shape, bool IsFortran, long DataStart, long ByteCount)
{
    private const int MostBytes = 1 << 20;
    private const int MostDimensions = 64;

    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["|b1"] = "BOOL",
        ["|u1"] = "U8",
        ["|i1"] = "I8",
        ["<i2"] = "I16",
        ["<i4"] = "I32",
        ["<i8"] = "I64",
        ["<u2"] = "U16",
        ["<u4"] = "U32",
        ["<u8"] = "U64",
        ["<f2"] = "F16",
        ["<f4"] = "F32",
        ["<f8"] = "F64",
    };

    /// <summary>Reads a header from the start of an array.</summary>
    /// <param name="stream">The array, at its first byte.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="name">The entry of the archive, for errors; null if the file is the array.</param>
    /// <exception cref="TensorFileException">It breaks the format, or the array is of a kind that is not read.</exception>
    public static NumpyHeader Read(Stream stream, string path, string? name)
    {
        try
        {
            var start = Take(stream, 8);
            if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic)) throw new FormatException("not a NumPy array.");
            var wide = start[6] switch
            {
                1 => false,
                2 or 3 => true,
                var version => throw new FormatException($"version {version} of the NumPy format is not known."),
            };
            var length = wide ? BinaryPrimitives.ReadUInt32LittleEndian(Take(stream, 4))
                : BinaryPrimitives.ReadUInt16LittleEndian(Take(stream, 2));
            if (length > MostBytes) throw new FormatException($"a header of {length} bytes; more than {MostBytes} are refused.");
            return Parse(Encoding.UTF8.GetString(Take(stream, (int)length)), (wide ? 12 : 10) + length);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new TensorFileException(path, name, e is OverflowException ? "its shape has more elements than can be." : e.Message, e);
        }
        catch (EndOfStreamException e)
        {
            throw new TensorFileException(path, name, "it ends inside the header of the array.", e);
        }
    }

    private static byte[] Take(Stream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static NumpyHeader Parse(string text, long dataStart)
    {
        var match = Dictionary().Match(text);
        if (!match.Success) throw NotADictionary();
        var descr = match.Groups["descr"].Value;
        if (descr.Contains('O', StringComparison.Ordinal))
            throw new FormatException(
                $"an array of Python objects (descr '{descr}'), which are pickles: it is refused. Save numbers alone.");
        if (!Types.TryGetValue(descr, out var typeName))
            throw new FormatException(
                $"elements of descr '{SafetensorsException.Shorten(descr)}' are not read; known are {string.Join(", ", Types.Keys)}.");
        var type = SafetensorsType.Find(typeName)!;
        // A comma stands behind the only number of a line, and may behind the last of several.
        var sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries).Select(size => size.TrimEnd('L')).ToList();
        if (sizes[^1].Length == 0) sizes.RemoveAt(sizes.Count - 1);
        if (sizes.Any(size => size.Length is 0 or > 18 || !size.All(char.IsAsciiDigit))) throw NotADictionary();
        var shape = sizes.Select(size => long.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
        if (shape.Count > MostDimensions) throw new FormatException($"{shape.Count} dimensions; more than {MostDimensions} are refused.");
        // A dimension of 0 must not hide an overflow of the others.
        _ = shape.Where(size => size > 0).Aggregate((long)type.Bits, (product, size) => checked(product * size));
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return new NumpyHeader(type, shape, match.Groups["order"].Value == "True", dataStart, count * type.Bits / 8);
    }

    private static FormatException NotADictionary() =>
        new("its header is not the dictionary of descr, fortran_order and shape that NumPy writes.");

    [GeneratedRegex(
        @"\A\{\s*'descr':\s*'(?<descr>[^']*)',\s*'fortran_order':\s*(?<order>True|False),\s*"
        + @"'shape':\s*\((?<shape>[0-9L,\s]*)\)\s*,?\s*\}\s*\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Dictionary();
}
