namespace InternVideoNext.Parity;

/// <summary>One quantity of a reference file against what this package computes.</summary>
/// <param name="File">The reference file's name.</param>
/// <param name="Quantity">
/// The tensor's name in the file, for example <c>output.tokens</c>; the file itself where it cannot be checked.
/// </param>
/// <param name="MaxAbsolute">max |ours - reference|; not a number where nothing could be compared.</param>
/// <param name="MaxRelative">max |ours - reference| / max |reference|, the quantity that is judged.</param>
/// <param name="Tolerance">The largest <paramref name="MaxRelative"/> that passes; 0 asks for equality.</param>
/// <param name="Passed">Whether it is within the tolerance.</param>
public sealed record ParityRow(string File, string Quantity, double MaxAbsolute, double MaxRelative, double Tolerance, bool Passed)
{
    /// <summary>Why it could not be compared, or what had to be inferred; null where there is nothing to say.</summary>
    public string? Note { get; init; }
}
