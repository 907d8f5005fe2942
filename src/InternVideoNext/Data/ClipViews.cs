namespace InternVideoNext.Data;

/// <summary>The views of a clip that a probe protocol averages over at test time: segments in time, crops in space.</summary>
/// <param name="Segments">Views in time.</param>
/// <param name="Crops">Square crops of each, evenly spaced along the longer side; one is the centre.</param>
/// <param name="Stride">
/// Distance of neighbouring frames of a dense view, which lies in the middle of its part of the video; null for sparse sampling
/// over the whole video, where the segments differ by where in each of the T parts the frame is taken.
/// </param>
public sealed record ClipViews(int Segments, int Crops, int? Stride)
{
    /// <summary>Side of a single centre crop over the frame's shorter side; several crops show all of it.</summary>
    public double CentreShare { get; init; } = 1;

    /// <summary>Whether a single sparse view takes the first frame of each part of the video instead of the middle one.</summary>
    public bool FromStarts { get; init; }

    /// <summary>Views of one clip.</summary>
    public int Count => Segments * Crops;
}

/// <summary>One view: segment <paramref name="Segment"/> and crop <paramref name="Crop"/> of <paramref name="Views"/>.</summary>
/// <param name="Views">All views.</param>
/// <param name="Segment">From 0.</param>
/// <param name="Crop">From 0.</param>
internal sealed record ClipView(ClipViews Views, int Segment, int Crop)
{
    /// <summary>The frames to take.</summary>
    public int[] Frames(int frameCount, int samples) => Views.Stride is { } stride
        ? FrameSampling.Dense(frameCount, samples, stride, Segment, Views.Segments)
        : Views is { FromStarts: true, Segments: 1 } ? FrameSampling.Starts(frameCount, samples)
        : FrameSampling.Shifted(frameCount, samples, Segment, Views.Segments);

    /// <summary>The part of each to show.</summary>
    public CropWindow Window(int width, int height) => Views.Crops == 1
        ? ClipAugmentation.Centre(width, height, Views.CentreShare) : ClipAugmentation.Along(width, height, Crop, Views.Crops);
}
