using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models.Peers;

/// <summary>Sizes of another system's released encoder.</summary>
public abstract record PeerConfig
{
    /// <summary>The system's name.</summary>
    public abstract string System { get; }

    /// <summary>C, channels of a token; a multiple of <see cref="Heads"/>.</summary>
    public required int Width { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width inside the MLP.</summary>
    public required int MlpHidden { get; init; }

    /// <summary>P, side of a patch, pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Frames of a token.</summary>
    public virtual int Tubelet { get; init; } = 1;

    /// <summary>Side of the clips that the encoder was trained on, pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Frames of the clips that its position table is for, or that it is usually probed with.</summary>
    public required int Frames { get; init; }

    /// <summary>Added to the variance or mean square by the norms of the blocks.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>The tokens of such a clip.</summary>
    public TokenGrid Grid => new(Frames / Tubelet, ImageSize / PatchSize, ImageSize / PatchSize);

    /// <summary>How the system prepares its clips.</summary>
    public abstract ClipPreprocessing Preprocessing { get; }

    /// <summary>Makes the encoder with initial weights.</summary>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public abstract PeerEncoder Build(Generator generator);

    /// <summary>The checks that every system shares.</summary>
    protected ConfigCheck Check() => new ConfigCheck(System)
        .Positive("width", Width)
        .Positive("heads", Heads)
        .Positive("mlp_hidden", MlpHidden)
        .Positive("patch_size", PatchSize)
        .Positive("tubelet", Tubelet)
        .Positive("image_size", ImageSize)
        .Positive("frames", Frames)
        .Positive("norm_eps", NormEps)
        .Multiple("width", Width, "heads", Heads)
        .Multiple("image_size", ImageSize, "patch_size", PatchSize)
        .Multiple("frames", Frames, "tubelet", Tubelet);
}
