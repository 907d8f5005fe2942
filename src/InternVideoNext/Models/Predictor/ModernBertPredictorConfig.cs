using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>
/// A body of ModernBERT layers (Warner et al. 2024); by default the last five of ModernBERT-large, the paper's
/// text-initialised predictor.
/// </summary>
[Kind("modern_bert")]
public sealed record ModernBertPredictorConfig : PredictorConfig
{
    /// <summary>Cp, channels of a token.</summary>
    public int Width { get; init; } = 1024;

    /// <summary>Attention heads, of even width.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Width of each half of the gated MLP.</summary>
    public int Intermediate { get; init; } = 2624;

    /// <summary>Which layers of the full model; an index decides between global and local attention.</summary>
    public IReadOnlyList<int> LayerIds { get; init; } = [23, 24, 25, 26, 27];

    /// <summary>Length of the local window: a token sees those at most half of it away.</summary>
    public int LocalAttention { get; init; } = 128;

    /// <summary>Layers whose index is a multiple of it attend globally.</summary>
    public int GlobalEvery { get; init; } = 3;

    /// <summary>Rotary base of global layers.</summary>
    public double GlobalTheta { get; init; } = 160000;

    /// <summary>Rotary base of local layers.</summary>
    public double LocalTheta { get; init; } = 10000;

    /// <summary>Added to the variance by every LayerNorm of a layer.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>
    /// A ModernBERT <c>model.safetensors</c> (or its index, or the folder of either) whose layers <see cref="LayerIds"/> a training
    /// run starts from: the paper's text-decoder initialisation. Null: they start at random.
    /// </summary>
    public string? TextWeights { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int LayerCount => LayerIds.Count;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int OutputWidth => Width;

    /// <inheritdoc/>
    public override PredictorBody BuildBody(Generator generator)
    {
        Validate();
        return new ModernBertBody(this, generator);
    }

    internal bool IsGlobal(int layerId) => layerId % GlobalEvery == 0;

    /// <inheritdoc/>
    public override void Validate() => new ConfigCheck("model.predictor")
        .InRange("width", Width, 1, ConfigLimits.Width)
        .InRange("heads", Heads, 1, ConfigLimits.Depth)
        .InRange("intermediate", Intermediate, 1, ConfigLimits.Width)
        .Positive("global_every", GlobalEvery)
        .Multiple("width", Width, "two channels per head: 2 heads", 2 * Heads)
        .InRange("local_attention", LocalAttention, 2, ConfigLimits.Tokens)
        .Positive("global_theta", GlobalTheta)
        .Positive("local_theta", LocalTheta)
        .NotNegative("init_std", InitStd)
        .Positive("norm_eps", NormEps)
        .Require(LayerIds.Count is > 0 and <= ConfigLimits.Depth, "layer_ids", LayerIds.Count, "layers listed: name at least one")
        .Require(LayerIds.All(id => id >= 0), "layer_ids", LayerIds.DefaultIfEmpty().Min(), "must not be negative")
        .ThrowIfAny();

    /// <inheritdoc/>
    public override BlockDescription DescribeBody(string key, IReadOnlyList<double> lengths) =>
        BlockTree.Block(
            "bert_decoder", key, nameof(ModernBertBody), PredictorBlocks.Section, $"[{BlockTree.Tokens(lengths.Take(1))}, {Width}]",
            default, 0, 1,
            [.. LayerIds.Select((id, i) => Layer(id, $"{key}layers.{i}.", i, lengths))]);

    private BlockDescription Layer(int id, string key, int index, IReadOnlyList<double> lengths)
    {
        var (width, hidden, sum, global) = ((long)Width, (long)Intermediate, lengths.Sum(), IsGlobal(id));
        var pairs = lengths.Sum(n => global ? n * n : Cost.Band(n, LocalAttention / 2));
        // Kept: both norms' inputs and outputs, q, k, v, turned q and k, the mixture; a local layer's k and v stand three
        // times, once in each neighbourhood. In the MLP the two halves, the activation, the product.
        var kept = sum * (((global ? 10 : 16) * width) + (4 * hidden));
        return BlockTree.Block(
            $"layers.{index}", key, nameof(ModernBertLayer), PredictorBlocks.Section,
            $"layer {id}, {(global ? "global" : $"local {LocalAttention}")}",
            Cost.Table((id == 0 ? 1 : 2) * width)
            + Cost.Linear(sum, width, 3 * width, bias: false) + Cost.Attention(pairs, width) + Cost.Linear(sum, width, width, bias: false)
            + Cost.Linear(sum, width, 2 * hidden, bias: false) + Cost.Linear(sum, hidden, width, bias: false),
            kept);
    }
}
