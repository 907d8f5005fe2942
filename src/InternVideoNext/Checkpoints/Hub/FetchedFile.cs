namespace InternVideoNext.Checkpoints.Hub;

/// <summary>A file of a checkpoint, now in the cache.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Downloaded">False if it was in the cache already.</param>
/// <param name="Verification">What was checked, and against whose word.</param>
public sealed record FetchedFile(string Path, long Size, bool Downloaded, string Verification);
