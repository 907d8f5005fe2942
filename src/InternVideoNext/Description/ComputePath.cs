namespace InternVideoNext.Description;

/// <summary>Which of several ways a part of a step is computed, and why not the fast one where it is not.</summary>
/// <param name="Work">The part.</param>
/// <param name="Way">The way taken.</param>
/// <param name="IsFast">Whether no faster way is known here.</param>
/// <param name="Reason">Why not, or what decides; null where there is nothing to say.</param>
public sealed record ComputePath(string Work, string Way, bool IsFast, string? Reason = null);
