using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternVideoNext.Foundation;

/// <summary>Writes enumerations as snake_case text, and rejects numbers and unknown names with the list of known ones.</summary>
internal sealed class SnakeCaseEnumConverter : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(typeToConvert))!;

    private sealed class Converter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        private static readonly IReadOnlyList<(string Name, T Value)> Known =
            [.. Enum.GetValues<T>().Select(value => (JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), value))];

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            foreach (var (name, value) in Known)
                if (name == text) return value;
            throw new JsonException($"{(text is null ? "this" : $"'{text}'")} is none of {string.Join(", ", Known.Select(k => k.Name))}");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Known.First(k => k.Value.Equals(value)).Name);
    }
}
