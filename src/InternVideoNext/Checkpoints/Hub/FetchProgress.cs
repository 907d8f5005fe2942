namespace InternVideoNext.Checkpoints.Hub;

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes in the cache, those of earlier attempts included.</param>
/// <param name="Total">Bytes in all, or null if the server doesn't say.</param>
public readonly record struct FetchProgress(string File, long Received, long? Total);
