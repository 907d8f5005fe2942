using System.Globalization;
using System.Text.RegularExpressions;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Parity;

/// <summary>
/// Reads configurations off reference files. Shapes of weights decide wherever they can, then the header's info. A number
/// that neither has is a candidate list, of which the caller keeps the one that reproduces a recorded output.
/// </summary>
internal static class ReferenceSizes
{
    /// <summary>An encoder, without its numbers of heads.</summary>
    /// <param name="reference">The file.</param>
    /// <param name="prefix">What precedes the encoder's names in it, for example <c>weights.</c>.</param>
    public static EncoderConfig Encoder(ReferenceData reference, string prefix)
    {
        var classes = reference.Shape(prefix + "cls_token");
        var video = reference.Shape("input.video");
        var width = (int)classes[2];
        return new EncoderConfig
        {
            Width = width,
            Depth = reference.Count(prefix + "blocks."),
            Heads = reference.Int("heads") ?? 1,
            PoolHeads = reference.Int("pool_heads") ?? 1,
            ImageSize = (int)video[^1],
            PatchSize = (int)reference.Shape(prefix + "patch_embed.proj.weight")[^1],
            Frames = (int)video[2],
            ClassTokens = (int)classes[1],
            MlpRatio = (double)reference.Shape(prefix + "blocks.0.mlp.fc1.weight")[0] / width,
            PoolWidth = (int)reference.Shape(prefix + "clip_projector.cross_attn.proj.weight")[0],
            NormEps = reference.Number("norm_eps") ?? 1e-6,
        };
    }

    /// <summary>A predictor of ModernBERT layers, without its number of heads.</summary>
    /// <param name="reference">The file.</param>
    /// <param name="prefix">What precedes <c>bert_decoder.</c> in it.</param>
    public static ModernBertPredictorConfig Predictor(ReferenceData reference, string prefix)
    {
        var layers = prefix + "bert_decoder.layers.";
        var defaults = new ModernBertPredictorConfig();
        return Layers(reference, layers) with
        {
            LayerIds = reference.List("predictor_layer_ids") ?? LastLayers(reference, layers),
            Heads = reference.Int("predictor_heads") ?? 1,
            LocalAttention = reference.Int("local_attention") ?? defaults.LocalAttention,
        };
    }

    /// <summary>ModernBERT layers: what shapes and info tell, layers numbered from 0.</summary>
    /// <param name="reference">The file.</param>
    /// <param name="layers">What precedes a layer's index, with its dot.</param>
    public static ModernBertPredictorConfig Layers(ReferenceData reference, string layers)
    {
        var defaults = new ModernBertPredictorConfig();
        return defaults with
        {
            Width = (int)reference.Shape(layers + "0.attn.Wqkv.weight")[1],
            Intermediate = (int)reference.Shape(layers + "0.mlp.Wo.weight")[1],
            LayerIds = [.. Enumerable.Range(0, reference.Count(layers))],
            Heads = reference.Int("heads") ?? 1,
            LocalAttention = reference.Int("local_attention") ?? defaults.LocalAttention,
            GlobalEvery = reference.Int("global_every") ?? Period(reference.Texts("layer_types")) ?? defaults.GlobalEvery,
            GlobalTheta = reference.Number("global_rope_theta") ?? defaults.GlobalTheta,
            LocalTheta = reference.Number("local_rope_theta") ?? defaults.LocalTheta,
            NormEps = reference.Number("norm_eps") ?? defaults.NormEps,
        };
    }

    /// <summary>
    /// Numbers of heads that divide a width (with <paramref name="even"/>, into heads of even width), the likeliest first.
    /// </summary>
    /// <param name="width">Channels.</param>
    /// <param name="even">Whether a head's width must be even, as rotary positions need.</param>
    /// <param name="likely">Tried before all others.</param>
    public static IEnumerable<int> Heads(int width, bool even, params int?[] likely)
    {
        var unit = even ? 2 : 1;
        return likely.OfType<int>()
            .Concat(Enumerable.Range(1, width).OrderBy(heads => Math.Abs(Math.Log((double)width / heads / 16))))
            .Distinct()
            .Where(heads => heads > 0 && width % (heads * unit) == 0);
    }

    /// <summary>The optimiser that a Stage 1 file notes in words; what it does not say is the method's.</summary>
    /// <param name="text">For example "AdamW lr 1e-3 betas 0.9 0.98 eps 1e-6 wd 0.05 ..., clip_grad_norm 5.0".</param>
    /// <param name="steps">Optimiser steps.</param>
    public static TrainingConfig Optimizer(string text, int steps)
    {
        var defaults = new TrainingConfig { Steps = steps, BatchSize = 256, BaseLearningRate = 1e-3 };
        return defaults with
        {
            BaseLearningRate = After("lr") ?? defaults.BaseLearningRate,
            Beta1 = After("betas") ?? defaults.Beta1,
            Beta2 = After(@"betas[\s(]+[\d.e+-]+,?") ?? defaults.Beta2,
            Epsilon = After("eps") ?? defaults.Epsilon,
            WeightDecay = After("wd") ?? After("weight_decay") ?? defaults.WeightDecay,
            ClipNorm = After("clip_grad_norm") ?? defaults.ClipNorm,
        };

        double? After(string word) =>
            Regex.Match(text, $@"\b{word}[\s=:(]+(\d[\d.]*(?:e[+-]?\d+)?)", RegexOptions.IgnoreCase) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : null;
    }

    // The last layers of ModernBERT-large's 28, which only layer 0 of the full model, without attn_norm, is not among.
    private static int[] LastLayers(ReferenceData reference, string layers)
    {
        var count = reference.Count(layers);
        var first = reference.Has(layers + "0.attn_norm.weight") ? 28 - count : 0;
        return [.. Enumerable.Range(first, count)];
    }

    // Distance between the first two global layers.
    private static int? Period(IReadOnlyList<string>? kinds)
    {
        if (kinds is null) return null;
        var global = Enumerable.Range(0, kinds.Count).Where(i => kinds[i].StartsWith("full", StringComparison.Ordinal)).Take(2).ToArray();
        return global.Length == 2 ? global[1] - global[0] : null;
    }
}
