namespace InternVideoNext.Data;

/// <summary>A clip's frames before augmentation.</summary>
/// <param name="Frames">Where the frames are; may hold others too.</param>
/// <param name="Positions">For each of the T frames, its place in <paramref name="Frames"/>; places may repeat.</param>
public sealed record SampledFrames(VideoFrames Frames, IReadOnlyList<int> Positions);
