using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>Sizes of a <see cref="VideoEncoder"/>.</summary>
public sealed record EncoderConfig
{
    /// <summary>C, channels of a token; a multiple of 16 and of <see cref="Heads"/>.</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Side of a frame, pixels; a multiple of <see cref="PatchSize"/>.</summary>
    public required int ImageSize { get; init; }

    /// <summary>P, side of a patch, pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>T, frames of a clip; one token frame each.</summary>
    public required int Frames { get; init; }

    /// <summary>Class tokens in front of the sequence.</summary>
    public int ClassTokens { get; init; } = 4;

    /// <summary>Width inside the MLP over <see cref="Width"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Drop-path rate of the last block; grows linearly from 0 at the first.</summary>
    public double DropPath { get; init; }

    /// <summary>First value of the layer scales.</summary>
    public double LayerScaleInit { get; init; } = 1e-5;

    /// <summary>Added to the mean square by every RMSNorm.</summary>
    public double NormEps { get; init; } = 1e-6;

    /// <summary>Form of the activation.</summary>
    public GeluKind Gelu { get; init; } = GeluKind.Exact;

    /// <summary>Heads of the attention pool; divides <see cref="Width"/>.</summary>
    public int PoolHeads { get; init; } = 16;

    /// <summary>Width of the pooled vector.</summary>
    public int PoolWidth { get; init; } = 768;

    /// <summary>Standard deviation of the initial weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>
    /// Factor of the sine-cosine values that all position tables start with: more makes place and time a larger part of a token.
    /// </summary>
    public double PositionScale { get; init; } = 1;

    /// <summary>Base of these tables' frequencies: small for grids of few places, so that more channels tell neighbours apart.</summary>
    public double PositionBase { get; init; } = 10000;

    /// <summary>The tokens of a clip, class tokens aside.</summary>
    [JsonIgnore]
    public TokenGrid Grid => new(Frames, ImageSize / PatchSize, ImageSize / PatchSize);

    /// <summary>The paper's Base encoder at 224 pixels: 91 M parameters with its pool.</summary>
    /// <param name="frames">T: 16 in Stage 1, 32 in Stage 2.</param>
    public static EncoderConfig Base(int frames) => Paper(768, 12, 12, 0.1, frames);

    /// <summary>The paper's Large encoder at 224 pixels: 0.3 B parameters.</summary>
    /// <param name="frames">T: 16 in Stage 1, 32 in Stage 2.</param>
    public static EncoderConfig Large(int frames) => Paper(1024, 24, 16, 0.2, frames);

    /// <summary>The authors' 1B encoder at 224 pixels.</summary>
    /// <param name="frames">T: 16 in Stage 1, 32 in Stage 2.</param>
    public static EncoderConfig OneBillion(int frames) => Paper(1408, 40, 16, 0.2, frames) with { MlpRatio = 48.0 / 11 };

    /// <summary>Makes the encoder with initial weights.</summary>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range or two do not fit; all such fields are named.</exception>
    public VideoEncoder Build(Generator generator)
    {
        Validate();
        return new VideoEncoder(this, generator);
    }

    internal TransformerBlockOptions Block(int index) => new(
        Width,
        Heads,
        (int)Math.Round(Width * MlpRatio),
        Gelu,
        LayerScaleInit,
        Modules.DropPath.Rate(index, Depth, DropPath),
        InitStd,
        NormEps);

    /// <summary>Checks the fields against their ranges and one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate() => new ConfigCheck("model.encoder")
        .InRange("width", Width, 1, ConfigLimits.Width)
        .InRange("depth", Depth, 1, ConfigLimits.Depth)
        .InRange("heads", Heads, 1, ConfigLimits.Depth)
        .InRange("image_size", ImageSize, 1, ConfigLimits.Side)
        .InRange("patch_size", PatchSize, 1, ConfigLimits.Side)
        .InRange("frames", Frames, 1, ConfigLimits.Frames)
        .InRange("pool_heads", PoolHeads, 1, ConfigLimits.Depth)
        .InRange("pool_width", PoolWidth, 1, ConfigLimits.Width)
        .InRange("class_tokens", ClassTokens, 0, ConfigLimits.Depth)
        .Require(MlpRatio is > 0 and <= ConfigLimits.MlpRatio, "mlp_ratio", MlpRatio, $"must lie in (0, {ConfigLimits.MlpRatio}]")
        .Require(DropPath is >= 0 and < 1, "drop_path", DropPath, "must be in [0, 1)")
        .NotNegative("init_std", InitStd)
        .Positive("norm_eps", NormEps)
        .NotNegative("position_scale", PositionScale)
        .Require(PositionBase > 1 && double.IsFinite(PositionBase), "position_base", PositionBase, "must be above 1")
        .Multiple("width", Width, "the position table's 16 parts", 16)
        .Multiple("width", Width, "heads", Heads)
        .Multiple("width", Width, "pool_heads", PoolHeads)
        .Multiple("image_size", ImageSize, "patch_size", PatchSize)
        .Require(Tokens <= ConfigLimits.Tokens, "image_size", ImageSize, $"and frames = {Frames} make {Tokens} tokens, more than "
            + $"{ConfigLimits.Tokens}")
        .ThrowIfAny();

    // Whatever the numbers are.
    private double Tokens => Frames * Math.Pow((double)ImageSize / PatchSize, 2);

    /// <summary>The first values of the position tables of encoder, predictor and alignment, [1, K + N, C].</summary>
    internal Tensor PositionTable() => Modules.PositionTable.SineCosine(Width, Grid, ClassTokens, PositionScale, PositionBase);

    private static EncoderConfig Paper(int width, int depth, int heads, double dropPath, int frames) => new()
    {
        Width = width,
        Depth = depth,
        Heads = heads,
        ImageSize = 224,
        PatchSize = 14,
        Frames = frames,
        DropPath = dropPath,
    };
}
