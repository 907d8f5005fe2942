using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>
/// A plain vision-transformer body: the paper's comparison (depth 12, random) and, with
/// <see cref="PredictorInitialization.Zero"/>, the V-JEPA style predictor of its Stage 2 ablation.
/// </summary>
[Kind("vit")]
public sealed record VitPredictorConfig : PredictorConfig
{
    /// <summary>Cp, channels of a token.</summary>
    public required int Width { get; init; }

    /// <summary>Transformer blocks.</summary>
    public int Depth { get; init; } = 12;

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width inside the MLP over <see cref="Width"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>First value of the layer scales; null leaves them out.</summary>
    public double? LayerScaleInit { get; init; }

    /// <summary>Form of the activation.</summary>
    public GeluKind Gelu { get; init; } = GeluKind.Exact;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int OutputWidth => Width;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int LayerCount => Depth;

    /// <inheritdoc/>
    public override PredictorBody BuildBody(Generator generator)
    {
        Validate();
        return new VitBody(this, generator);
    }

    /// <inheritdoc/>
    public override BlockDescription DescribeBody(string key, IReadOnlyList<double> lengths)
    {
        var shape = $"[{BlockTree.Tokens(lengths.Take(1))}, {Width}]";
        var parts = EncoderBlocks.Parts(Block(), $"{key}layers.{BlockTree.Index(Depth)}.", PredictorBlocks.Section, lengths, trains: true);
        return BlockTree.Block("bert_decoder", key, nameof(VitBody), PredictorBlocks.Section, shape, default, 0, 1,
            BlockTree.Block(
                BlockTree.Range("layers", Depth), key + "layers.", nameof(TransformerBlock), PredictorBlocks.Section, shape,
                    EncoderBlocks.Norms(Block()), 0, Depth, parts));
    }

    internal TransformerBlockOptions Block() =>
        new(Width, Heads, (int)Math.Round(Width * MlpRatio), Gelu, LayerScaleInit, DropPath: 0, InitStd);

    /// <inheritdoc/>
    public override void Validate() => new ConfigCheck("model.predictor")
        .InRange("width", Width, 1, ConfigLimits.Width)
        .InRange("depth", Depth, 1, ConfigLimits.Depth)
        .InRange("heads", Heads, 1, ConfigLimits.Depth)
        .Multiple("width", Width, "heads", Heads)
        .Require(MlpRatio is > 0 and <= ConfigLimits.MlpRatio, "mlp_ratio", MlpRatio, $"must lie in (0, {ConfigLimits.MlpRatio}]")
        .NotNegative("init_std", InitStd)
        .ThrowIfAny();
}
