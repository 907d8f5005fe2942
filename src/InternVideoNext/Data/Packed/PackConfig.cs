using InternVideoNext.Foundation;

namespace InternVideoNext.Data;

/// <summary>How videos are packed for disks and processors that could not keep up with the originals.</summary>
public sealed record PackConfig
{
    /// <summary>Pixels of the shorter side; smaller videos keep their size.</summary>
    public int ShortSide { get; init; } = 256;

    /// <summary>Frames from one key frame to the next: fewer are faster to reach and take more room.</summary>
    public int Gop { get; init; } = 4;

    /// <summary>x264's constant rate factor: lower is better and larger.</summary>
    public int Quality { get; init; } = 20;

    /// <summary>Checks every member.</summary>
    /// <exception cref="ConfigurationException">One or more are out of range; all are named with their values.</exception>
    public void Validate() => new ConfigCheck("pack")
        .Require(ShortSide is >= 16 and <= 4096, "short_side", ShortSide, "must be 16 to 4096")
        .Require(Gop is >= 1 and <= 250, "gop", Gop, "must be 1 to 250")
        .Require(Quality is >= 0 and <= 51, "quality", Quality, "must be 0 to 51")
        .ThrowIfAny();
}
