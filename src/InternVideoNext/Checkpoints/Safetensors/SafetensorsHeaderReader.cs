using System.Text.Json;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// Reads the JSON of a safetensors header, token by token: duplicate, missing and unknown fields are errors, as the format demands.
/// </summary>
internal ref struct SafetensorsHeaderReader
{
    /// <summary>More dimensions than this, torch's own operations refuse.</summary>
    private const int MaximumRank = 64;

    private readonly string _path;
    private Utf8JsonReader _json;
    private string? _tensor;

    private SafetensorsHeaderReader(ReadOnlySpan<byte> json, string path)
    {
        _json = new Utf8JsonReader(json);
        _path = path;
    }

    /// <summary>Reads the whole header.</summary>
    /// <param name="json">The JSON text, valid UTF-8.</param>
    /// <param name="path">The file's name, for errors.</param>
    /// <exception cref="SafetensorsException">The header breaks the format.</exception>
    public static (OrderedNames<SafetensorsEntry> Entries, OrderedNames<string> Metadata) Read(ReadOnlySpan<byte> json, string path)
    {
        var reader = new SafetensorsHeaderReader(json, path);
        try
        {
            return reader.ReadHeader();
        }
        catch (JsonException e)
        {
            throw new SafetensorsException(
                path, reader._tensor, $"the header is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine}).", e);
        }
    }

    private (OrderedNames<SafetensorsEntry> Entries, OrderedNames<string> Metadata) ReadHeader()
    {
        var entries = new OrderedNames<SafetensorsEntry>();
        OrderedNames<string>? metadata = null;
        _json.Read();
        while (NextName() is { } name)
        {
            if (name == "__metadata__")
            {
                if (metadata is not null)
                    throw Error("the header has __metadata__ twice.");
                metadata = ReadMetadata();
                continue;
            }

            _tensor = name;
            if (!entries.TryAdd(name, ReadEntry(name)))
                throw Error("the header has this name twice.");
            _tensor = null;
        }

        _json.Read(); // Anything but white space after the object is a JSON error.
        return (entries, metadata ?? new OrderedNames<string>());
    }

    private OrderedNames<string> ReadMetadata()
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.StartObject)
            throw Error("__metadata__ is not a JSON object.");
        var metadata = new OrderedNames<string>();
        while (NextName() is { } name)
        {
            if (!_json.Read() || _json.TokenType != JsonTokenType.String)
                throw Error($"__metadata__ field '{SafetensorsException.Shorten(name)}' is not a string.");
            if (!metadata.TryAdd(name, Text()))
                throw Error($"__metadata__ has the field '{SafetensorsException.Shorten(name)}' twice.");
        }

        return metadata;
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.StartObject)
            throw Error("its description is not a JSON object.");
        SafetensorsType? type = null;
        List<long>? shape = null, offsets = null;
        while (NextName() is { } field)
        {
            var repeated = field switch
            {
                "dtype" => type is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => throw Error(
                    $"unknown field '{SafetensorsException.Shorten(field)}' in its description (dtype, shape and data_offsets are the "
                    + "format's)."),
            };
            if (repeated)
                throw Error($"field {field} appears twice in its description.");
            if (field == "dtype")
                type = ReadType();
            else if (field == "shape")
                shape = ReadIntegers("shape", MaximumRank);
            else
                offsets = ReadIntegers("data_offsets", 2);
        }

        if (type is null || shape is null || offsets is null)
            throw Error($"field {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing from its description.");
        if (offsets.Count != 2)
            throw Error($"data_offsets has {offsets.Count} numbers, two needed.");
        var entry = new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
        CheckSize(entry);
        return entry;
    }

    private readonly void CheckSize(SafetensorsEntry entry)
    {
        if (entry.Begin > entry.End)
            throw Error($"data_offsets begin at {entry.Begin}, after their end {entry.End}.");
        var bits = (Int128)entry.Type.Bits;
        var reach = bits; // As if zeros were ones: the strides of an empty tensor must not overflow either.
        foreach (var dimension in entry.Shape)
        {
            if (Math.Max(1, dimension) > (Int128)long.MaxValue * 8 / reach)
                throw Error($"shape {ShapeText.Of(entry.Shape)} of type {entry.Type} has more bytes than any file can hold.");
            bits *= dimension;
            reach *= Math.Max(1, dimension);
        }

        if (bits % 8 != 0)
            throw Error($"{entry.Description} does not fill whole bytes.");
        if (bits / 8 != entry.ByteCount)
            throw Error(
                $"{entry.Description} needs {bits / 8} bytes but data_offsets {entry.Begin} to {entry.End} hold {entry.ByteCount}.");
    }

    private SafetensorsType ReadType()
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.String)
            throw Error("dtype is not a string.");
        var name = Text();
        return SafetensorsType.Find(name) ?? throw Error($"unknown dtype '{SafetensorsException.Shorten(name)}'.");
    }

    private List<long> ReadIntegers(string field, int most)
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.StartArray)
            throw Error($"{field} is not a list.");
        var numbers = new List<long>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType != JsonTokenType.Number)
                throw Error($"{field} holds something that is not a number.");
            if (!_json.TryGetInt64(out var number))
                throw Error($"{field} holds a number that is not an integer of 64 bits.");
            if (number < 0)
                throw Error($"{field} holds a negative number, {number}.");
            if (numbers.Count == most)
                throw Error($"{field} holds more than {most} numbers.");
            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>The next field's name in the object being read, or null at its end.</summary>
    private string? NextName()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.EndObject ? null : Text();
    }

    private readonly string Text()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            // An escape such as \ud800 alone: valid JSON text that stands for no character.
            throw new SafetensorsException(_path, _tensor, "a string of the header is not valid Unicode.", e);
        }
    }

    private readonly SafetensorsException Error(string problem) => new(_path, _tensor, problem);
}
