namespace InternVideoNext.Data.Import;

/// <summary>How clips are taken from videos for one use.</summary>
/// <param name="Use">What for.</param>
/// <param name="Frames">Frames a clip.</param>
/// <param name="Stride">Frames from one to the next; null for sparse sampling, one frame from each of as many equal segments.</param>
/// <param name="Size">Side in pixels.</param>
/// <param name="Segments">Views in time at test; null in training.</param>
/// <param name="Crops">Views in space at test; null in training.</param>
public sealed record SamplingProtocol(string Use, int Frames, int? Stride, int Size, int? Segments, int? Crops);
