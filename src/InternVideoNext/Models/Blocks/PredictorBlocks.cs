using InternVideoNext.Modules;
using static InternVideoNext.Models.BlockTree;

namespace InternVideoNext.Models;

/// <summary>The predictor's tree.</summary>
internal static class PredictorBlocks
{
    public const string Section = "predictor P, the latent world model (method 2)";

    /// <summary>The predictor on the full sequence, once for each mask.</summary>
    /// <param name="config">Its sizes.</param>
    /// <param name="encoder">The encoder's.</param>
    /// <param name="key">How its parameters' names begin.</param>
    /// <param name="tokens">The sequence.</param>
    /// <param name="runs">Masks that it is run for.</param>
    public static BlockDescription Of(PredictorConfig config, EncoderConfig encoder, string key, ClipTokens tokens, int runs)
    {
        var (width, full) = ((long)encoder.Width, tokens.Full);
        var output = config.OutputWidth;
        IReadOnlyList<double> lengths = [.. Enumerable.Repeat((double)full, runs)];
        return Block(
            "predictor", key, nameof(Predictor), Section, $"[{full}, {width}] -> [{full}, {output}]{(runs == 1 ? "" : $" x {runs}")}",
            Cost.Table(width + (full * width)), 0, 1,
            Block("to_bert_proj", key + "to_bert_proj.", nameof(ProjectionHead), Section, $"[{full}, {width}] -> [{full}, {output}]",
                Cost.ProjectionHead(lengths.Sum(), width, output), Cost.ProjectionHeadActivations(lengths.Sum(), width, output)),
            config.DescribeBody(key + "bert_decoder.", lengths));
    }
}
