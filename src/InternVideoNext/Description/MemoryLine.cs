namespace InternVideoNext.Description;

/// <summary>One entry of a memory estimate.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Formula">How it was computed.</param>
/// <param name="Bytes">The estimate.</param>
public sealed record MemoryLine(string Name, string Formula, double Bytes);
