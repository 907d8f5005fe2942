using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Sizes of a SigLIP2 vision tower (Tschannen et al. 2025), fixed-resolution kind.</summary>
public sealed record SiglipConfig
{
    /// <summary>D, channels of a token; a multiple of <see cref="Heads"/>.</summary>
    public required int Width { get; init; }

    /// <summary>Width inside the MLP.</summary>
    public required int Intermediate { get; init; }

    /// <summary>Transformer layers.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads, of the layers and of the pooling head.</summary>
    public required int Heads { get; init; }

    /// <summary>Side of the images, pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public required int ImageSize { get; init; }

    /// <summary>P, side of a patch, pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Added to the variance by every LayerNorm.</summary>
    public double Eps { get; init; } = 1e-6;

    /// <summary>Patches along a side.</summary>
    [JsonIgnore]
    public int GridSide => ImageSize / PatchSize;

    /// <summary>The 1B tower of <c>google/siglip2-giant-opt-patch16-256</c>, the paper's semantic teacher.</summary>
    public static SiglipConfig Giant { get; } =
        new() { Width = 1536, Intermediate = 6144, Depth = 40, Heads = 16, ImageSize = 256, PatchSize = 16 };

    /// <summary>The tower of <c>google/siglip2-so400m-patch14-224</c>; other resolutions by <c>with</c>.</summary>
    public static SiglipConfig So400m { get; } =
        new() { Width = 1152, Intermediate = 4304, Depth = 27, Heads = 16, ImageSize = 224, PatchSize = 14 };

    /// <summary>The tower of <c>google/siglip2-base-patch16-256</c>; other resolutions by <c>with</c>.</summary>
    public static SiglipConfig Base { get; } =
        new() { Width = 768, Intermediate = 3072, Depth = 12, Heads = 12, ImageSize = 256, PatchSize = 16 };

    /// <summary>Makes the tower with initial weights.</summary>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public SiglipVisionTower Build(Generator generator)
    {
        Validate();
        return new SiglipVisionTower(this, generator);
    }

    /// <summary>Checks the fields against their ranges and one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate() => new ConfigCheck("tower")
        .InRange("width", Width, 1, ConfigLimits.Width)
        .InRange("intermediate", Intermediate, 1, ConfigLimits.Width)
        .InRange("depth", Depth, 1, ConfigLimits.Depth)
        .InRange("heads", Heads, 1, ConfigLimits.Depth)
        .InRange("image_size", ImageSize, 1, ConfigLimits.Side)
        .InRange("patch_size", PatchSize, 1, ConfigLimits.Side)
        .Positive("eps", Eps)
        .Multiple("width", Width, "heads", Heads)
        .Multiple("image_size", ImageSize, "patch_size", PatchSize)
        .ThrowIfAny();
}
