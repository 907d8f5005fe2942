namespace InternVideoNext.Data;

/// <summary>What a scan found, for each split.</summary>
/// <param name="Splits">Counts by split, in the order train, validation, test; only splits that are listed or expected.</param>
/// <param name="Faults">Every missing, broken or damaged file, in order of path.</param>
public sealed record ScanReport(IReadOnlyList<ScannedSplit> Splits, IReadOnlyList<ScannedVideo> Faults)
{
    /// <summary>Counts a manifest's entries by what was found of their files.</summary>
    /// <param name="manifest">The manifest that was scanned.</param>
    /// <param name="states">What was found, by the entries' paths.</param>
    public static ScanReport Of(Manifest manifest, IReadOnlyDictionary<string, ScannedVideo> states)
    {
        var splits = Manifest.Splits.Select(split =>
        {
            var entries = manifest.Entries.Where(e => e.Split == split).ToList();
            int Count(ScanState state) => entries.Count(e => states[e.Path].State == state);
            var damaged = Count(ScanState.Damaged);
            return new ScannedSplit(
                split, entries.Count, Count(ScanState.Found) + damaged, Count(ScanState.Missing), Count(ScanState.Broken),
                manifest.Expected.GetValueOrDefault(split, entries.Count))
            { Damaged = damaged };
        });
        return new ScanReport(
            [.. splits.Where(s => s.Listed > 0 || s.Expected > 0)],
            [.. states.Values.Where(s => s.State != ScanState.Found).OrderBy(s => s.Path, StringComparer.Ordinal)]);
    }
}

/// <summary>Counts of one split.</summary>
/// <param name="Split">Its name.</param>
/// <param name="Listed">Entries in the manifest.</param>
/// <param name="Found">Of these, files that decode, wholly or in part.</param>
/// <param name="Missing">Files that are not there.</param>
/// <param name="Broken">Files that do not decode.</param>
/// <param name="Expected">Clips that the data set's authors published; what is listed where the manifest does not tell.</param>
public sealed record ScannedSplit(string Split, int Listed, int Found, int Missing, int Broken, int Expected)
{
    /// <summary>Of those found, files that are damaged: the part that decodes is used.</summary>
    public int Damaged { get; init; }
}

/// <summary>How scanning found a file.</summary>
public enum ScanState
{
    /// <summary>It is there and decodes from end to end.</summary>
    Found,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>It is there but cannot be decoded.</summary>
    Broken,

    /// <summary>A part of it decodes, and is used.</summary>
    Damaged,
}

/// <summary>What scanning found of one file.</summary>
/// <param name="Path">As in the manifest.</param>
/// <param name="State">How it was found.</param>
/// <param name="Reason">Why it is broken, or how much of it is used; null for the others.</param>
public sealed record ScannedVideo(string Path, ScanState State, string? Reason);
