using InternVideoNext.Modules;
using static InternVideoNext.Models.Description.BlockTree;

namespace InternVideoNext.Models.Description;

/// <summary>The predictor's tree.</summary>
internal static class PredictorBlocks
{
    private const string Section = "predictor P, the latent world model (method 2)";

    /// <summary>The predictor on the full sequence, once for each mask.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="encoder">The encoder's.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="tokens">The sequence.</param>
    /// <param name="runs">Masks that it is run for.</param>
    public static BlockDescription Of(PredictorConfig config, EncoderConfig encoder, string key, ClipTokens tokens, int runs)
    {
        var (width, full) = ((long)encoder.Width, tokens.Full);
        var output = Width(config);
        IReadOnlyList<double> lengths = [.. Enumerable.Repeat((double)full, runs)];
        return Block("predictor", key, nameof(Predictor), Section, $"[{full}, {width}] -> [{full}, {output}]{(runs == 1 ? "" : $" x {runs}")}",
            Cost.Table(width + (full * width)), 0, 1,
            Block("to_bert_proj", key + "to_bert_proj.", nameof(ProjectionHead), Section, $"[{full}, {width}] -> [{full}, {output}]",
                Cost.ProjectionHead(lengths.Sum(), width, output), Cost.ProjectionHeadActivations(lengths.Sum(), width, output)),
            Body(config, key + "bert_decoder.", lengths));
    }

    /// <summary>Cp of a predictor.</summary>
    public static long Width(PredictorConfig config) => config switch
    {
        ModernBertPredictorConfig bert => bert.Width,
        VitPredictorConfig vit => vit.Width,
        _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "not a predictor"),
    };

    private static BlockDescription Body(PredictorConfig config, string key, IReadOnlyList<double> lengths)
    {
        var shape = $"[{Tokens(lengths.Take(1))}, {Width(config)}]";
        return config switch
        {
            ModernBertPredictorConfig bert => Block("bert_decoder", key, nameof(ModernBertBody), Section, shape, default, 0, 1,
                [.. bert.LayerIds.Select((id, i) => Layer(bert, id, $"{key}layers.{i}.", i, lengths))]),
            VitPredictorConfig vit => Block("bert_decoder", key, nameof(VitBody), Section, shape, default, 0, 1,
                Block(Range("layers", vit.Depth), key + "layers.", nameof(TransformerBlock), Section, shape, EncoderBlocks.Norms(vit.Block()), 0, vit.Depth,
                    EncoderBlocks.Parts(vit.Block(), $"{key}layers.{Index(vit.Depth)}.", Section, lengths, trains: true))),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "not a predictor"),
        };
    }

    private static BlockDescription Layer(ModernBertPredictorConfig config, int id, string key, int index, IReadOnlyList<double> lengths)
    {
        var (width, hidden, sum, global) = ((long)config.Width, (long)config.Intermediate, lengths.Sum(), config.IsGlobal(id));
        var pairs = lengths.Sum(n => global ? n * n : Cost.Band(n, config.LocalAttention / 2));
        // Kept: both norms' inputs and outputs, q, k, v, turned q and k, the mixture; a local layer's k and v stand three
        // times, once in each neighbourhood. In the MLP the two halves, the activation, the product.
        var kept = sum * (((global ? 10 : 16) * width) + (4 * hidden));
        return Block($"layers.{index}", key, nameof(ModernBertLayer), Section, $"layer {id}, {(global ? "global" : $"local {config.LocalAttention}")}",
            Cost.Table((id == 0 ? 1 : 2) * width)
            + Cost.Linear(sum, width, 3 * width, bias: false) + Cost.Attention(pairs, width) + Cost.Linear(sum, width, width, bias: false)
            + Cost.Linear(sum, width, 2 * hidden, bias: false) + Cost.Linear(sum, hidden, width, bias: false),
            kept);
    }
}
