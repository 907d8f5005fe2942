using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>How clips are made from video files.</summary>
public sealed record DataConfig
{
    /// <summary>T, frames of a clip.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>S, side of a clip in pixels.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Scales of the training crop, of the frame's shorter side, in order.</summary>
    public IReadOnlyList<double> CropScales { get; init; } = [1, 0.875, 0.75, 0.66];

    /// <summary>How often a training clip is mirrored.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>Files decoded at a time; 0 means as many as this machine has processors.</summary>
    public int Workers { get; init; }

    /// <summary>Batches being decoded or waiting at most.</summary>
    public int QueueBatches { get; init; } = 4;

    /// <summary>Seconds that probing a file, and decoding it, may each take; what takes longer is tried again, then reading ends.</summary>
    public double FileTimeoutSeconds { get; init; } = 30;

    /// <summary>Share of the files that may be broken before reading ends with an error. If all are, it always does.</summary>
    public double MaxBrokenFraction { get; init; } = 0.02;

    /// <summary>Memory for the decoded frames of short videos, in MiB, so that later epochs decode nothing; 0 keeps none.</summary>
    public int CacheMegabytes { get; init; } = 512;

    /// <summary>Checks every member.</summary>
    /// <exception cref="ConfigurationException">One or more are out of range; all are named with their values.</exception>
    public void Validate() => new ConfigCheck("data")
        .InRange("frames", Frames, 1, ConfigLimits.Frames)
        .InRange("size", Size, 1, ConfigLimits.Side)
        .That(CropScales.Count > 0 && CropScales.All(s => s is > 0 and <= 1),
            FormattableString.Invariant($"crop_scales = [{string.Join(", ", CropScales)}] must list scales above 0 and at most 1"))
        .InRange("flip_probability", FlipProbability, 0, 1)
        .Require(Workers is >= 0 and <= ConfigLimits.Threads, "workers", Workers,
            $"must lie in 0 (one per processor)..{ConfigLimits.Threads}")
        .InRange("queue_batches", QueueBatches, 1, ConfigLimits.Batches)
        .Require(FileTimeoutSeconds is > 0 and <= 86400, "file_timeout_seconds", FileTimeoutSeconds, "must be above 0 and at most a day")
        .InRange("max_broken_fraction", MaxBrokenFraction, 0, 1)
        .Require(CacheMegabytes is >= 0 and <= ConfigLimits.CacheMegabytes, "cache_megabytes", CacheMegabytes,
            $"must lie in 0 (off)..{ConfigLimits.CacheMegabytes}")
        .ThrowIfAny();
}
