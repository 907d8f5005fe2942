using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Which frames of a video make a clip.</summary>
public enum ClipSampling
{
    /// <summary>The video in T equal parts, the middle frame of each.</summary>
    SegmentMiddles,

    /// <summary>The video in T equal parts, the first frame of each: floor(i F / T).</summary>
    SegmentStarts,

    /// <summary>Frames at a fixed distance from the middle of the video.</summary>
    Dense,
}

// Shapes: B batch, T frames, S side in pixels

/// <summary>How an encoder wants its clips: what of the video, how large, and in which numbers.</summary>
public sealed record ClipPreprocessing
{
    /// <summary>T, frames of a clip.</summary>
    public required int Frames { get; init; }

    /// <summary>S, side of a clip in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Which frames are taken.</summary>
    public ClipSampling Sampling { get; init; }

    /// <summary>Distance of neighbouring frames where they are taken densely.</summary>
    public int FrameStride { get; init; } = 1;

    /// <summary>Side of the one centre crop over the frame's shorter side; 1 shows all of the shorter side.</summary>
    public double CropShare { get; init; } = 1;

    /// <summary>Subtracted from each colour channel, of pixels in 0..1.</summary>
    public IReadOnlyList<double> Mean { get; init; } = ImageNetMean;

    /// <summary>Divides each colour channel after <see cref="Mean"/> is subtracted.</summary>
    public IReadOnlyList<double> Deviation { get; init; } = ImageNetDeviation;

    /// <summary>Mean of ImageNet's colour channels.</summary>
    public static IReadOnlyList<double> ImageNetMean { get; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of ImageNet's colour channels.</summary>
    public static IReadOnlyList<double> ImageNetDeviation { get; } = [0.229, 0.224, 0.225];

    /// <summary>Brings clips that were normalised by ImageNet's statistics, as this package reads them, to the encoder's numbers.</summary>
    /// <param name="clips">[B, 3, T, S, S].</param>
    /// <returns>[B, 3, T, S, S], in the caller's dispose scope.</returns>
    public Tensor FromImageNet(Tensor clips)
    {
        if (Mean.SequenceEqual(ImageNetMean) && Deviation.SequenceEqual(ImageNetDeviation)) return clips.alias();
        using var scope = NewDisposeScope();
        var scale = Channels(i => ImageNetDeviation[i] / Deviation[i]);
        var shift = Channels(i => (ImageNetMean[i] - Mean[i]) / Deviation[i]);
        return (clips * scale + shift).MoveToOuterDisposeScope();

        Tensor Channels(Func<int, double> value) =>
            tensor(Enumerable.Range(0, 3).Select(i => (float)value(i)).ToArray(), device: clips.device).to(clips.dtype).view(1, 3, 1, 1, 1);
    }
}
