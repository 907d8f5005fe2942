namespace InternVideoNext.Data;

/// <summary>A file that could not be read, for the summary at the end of a run.</summary>
/// <param name="Path">Its path, as in the manifest.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record SkippedFile(string Path, string Reason);
