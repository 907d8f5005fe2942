using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternVideoNext.Parity;

/// <summary>Every comparison made of a folder's reference files, in the files' alphabetical order.</summary>
/// <param name="Rows">The comparisons.</param>
public sealed record ParityReport(IReadOnlyList<ParityRow> Rows)
{
    /// <summary>Whether there was something to compare and all of it agrees.</summary>
    public bool Passed => Rows.Count > 0 && Rows.All(row => row.Passed);

    /// <summary>The rows that do not agree.</summary>
    [JsonIgnore]
    public IEnumerable<ParityRow> Failures => Rows.Where(row => !row.Passed);

    /// <summary>The report as JSON, snake_case; numbers that are not finite stand as text (<c>"NaN"</c>).</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ParityJsonContext.Default.ParityReport);
}

/// <summary>Source-generated serialiser of the report.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = true)]
[JsonSerializable(typeof(ParityReport))]
internal sealed partial class ParityJsonContext : JsonSerializerContext;
