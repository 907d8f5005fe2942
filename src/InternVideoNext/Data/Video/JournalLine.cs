using System.Text.Json.Serialization;

namespace InternVideoNext.Data;

/// <summary>One line of a scan's journal.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Video">What was found.</param>
internal sealed record JournalLine(string Path, IndexedVideo Video);

/// <summary>How such lines are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalJson : JsonSerializerContext;
