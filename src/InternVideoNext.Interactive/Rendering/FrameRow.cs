namespace InternVideoNext.Interactive.Rendering;

/// <summary>Frames drawn beside each other under one label.</summary>
/// <param name="Label">What the row shows; empty for a strip on its own.</param>
/// <param name="Frames">All frames of the clip.</param>
internal sealed record FrameRow(string Label, FrameStack Frames);
