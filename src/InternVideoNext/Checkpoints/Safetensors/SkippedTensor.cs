namespace InternVideoNext.Checkpoints;

/// <summary>A tensor that loading left alone.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Reason">Why.</param>
public sealed record SkippedTensor(string Key, string Reason);
