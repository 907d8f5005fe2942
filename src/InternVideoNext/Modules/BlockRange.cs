using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternVideoNext.Modules;

/// <summary>Consecutive blocks of a stack; in JSON a text such as "0-5".</summary>
/// <param name="First">The first one, from 0.</param>
/// <param name="Last">The last one, included.</param>
[JsonConverter(typeof(BlockRangeConverter))]
public readonly record struct BlockRange(int First, int Last)
{
    /// <summary>Whether a block is one of them.</summary>
    public bool Contains(int block) => block >= First && block <= Last;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>Reads and writes "0-5".</summary>
internal sealed class BlockRangeConverter : JsonConverter<BlockRange>
{
    public override BlockRange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && reader.GetString()!.Split('-') is [var first, var last]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to) && from <= to) return new BlockRange(from,
                to);
        throw new JsonException("a range of blocks is written \"first-last\", from 0, both included, for example \"0-5\".");
    }

    public override void Write(Utf8JsonWriter writer, BlockRange value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
