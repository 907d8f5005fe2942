namespace InternVideoNext.Checkpoints.Hub;

/// <summary>A checkpoint, now in the cache.</summary>
/// <param name="Path">What to open with <see cref="SafetensorsCheckpoint.Open"/>.</param>
/// <param name="Files">Its files.</param>
public sealed record FetchedWeights(string Path, IReadOnlyList<FetchedFile> Files);
