using System.Text.Json;
using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

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
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Indented);
}

/// <summary>One quantity of a reference file against what this package computes.</summary>
/// <param name="File">The reference file's name.</param>
/// <param name="Quantity">
/// The tensor's name in the file, for example <c>output.tokens</c>; the file itself where it cannot be checked.
/// </param>
/// <param name="MaxAbsolute">max |ours - reference|; not a number where nothing could be compared.</param>
/// <param name="MaxRelative">max |ours - reference| / max |reference|, the quantity that is judged.</param>
/// <param name="Tolerance">The largest <paramref name="MaxRelative"/> that passes; 0 asks for equality.</param>
/// <param name="Passed">Whether it is within the tolerance.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record ParityRow(string File, string Quantity, double MaxAbsolute, double MaxRelative, double Tolerance, bool Passed)
{
    /// <summary>Why it could not be compared, or what had to be inferred; null where there is nothing to say.</summary>
    public string? Note { get; init; }
}
