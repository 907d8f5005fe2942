using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternVideoNext.Configuration;

/// <summary>Writes an enumeration as snake_case text and rejects numbers, under whichever serialiser context.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
