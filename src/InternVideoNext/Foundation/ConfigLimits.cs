namespace InternVideoNext.Foundation;

/// <summary>
/// The largest numbers that a configuration may ask for, far beyond any model of the field. Behind them lie sums that overflow, and
/// native code that ends the process instead of saying what is wrong.
/// </summary>
internal static class ConfigLimits
{
    /// <summary>Channels of a layer.</summary>
    public const int Width = 1 << 16;

    /// <summary>Layers of a network, and heads of a layer.</summary>
    public const int Depth = 1 << 10;

    /// <summary>Side of an image or a patch in pixels.</summary>
    public const int Side = 1 << 13;

    /// <summary>Frames of a clip.</summary>
    public const int Frames = 1 << 12;

    /// <summary>Tokens of a clip.</summary>
    public const int Tokens = 1 << 20;

    /// <summary>Clips of a step, and clips of a quick probe.</summary>
    public const int Clips = 1 << 20;

    /// <summary>Width inside an MLP over that outside.</summary>
    public const int MlpRatio = 64;

    /// <summary>Steps of a diffusion.</summary>
    public const int NoiseSteps = 1 << 16;

    /// <summary>Blocks of a mask.</summary>
    public const int Blocks = 1 << 10;

    /// <summary>Height over width of a block, or the other way round.</summary>
    public const double Aspect = 1000;

    /// <summary>Batches read ahead.</summary>
    public const int Batches = 1 << 10;

    /// <summary>Decoded frames that are kept, in MiB.</summary>
    public const int CacheMegabytes = 1 << 24;

    /// <summary>Threads of an operation, and workers that read.</summary>
    public const int Threads = 1 << 10;
}
