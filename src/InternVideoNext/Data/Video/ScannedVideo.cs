namespace InternVideoNext.Data;

/// <summary>What scanning found of one file.</summary>
/// <param name="Path">As in the manifest.</param>
/// <param name="State">Found, missing or broken.</param>
/// <param name="Reason">Why it is broken; null for the others.</param>
public sealed record ScannedVideo(string Path, ScanState State, string? Reason);
