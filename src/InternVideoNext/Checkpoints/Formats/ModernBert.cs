using System.Globalization;

namespace InternVideoNext.Checkpoints.Formats;

/// <summary>ModernBERT checkpoints (<c>answerdotai/ModernBERT-large</c>), of which a predictor takes some layers.</summary>
public static class ModernBert
{
    /// <summary>The last five of the 28 layers of ModernBERT-large: the paper's text-decoder initialisation.</summary>
    public static IReadOnlyList<int> LastFiveOfLarge { get; } = [23, 24, 25, 26, 27];

    /// <summary>
    /// Chosen layers against a predictor's <c>bert_decoder.layers.0</c>, <c>1</c>...; its other tensors keep their values.
    /// </summary>
    /// <param name="layers">Indices of the layers in the file, in the predictor's order.</param>
    /// <exception cref="ArgumentException">A layer is chosen twice or negative, or none is chosen.</exception>
    public static KeyMap IntoPredictor(IReadOnlyList<int> layers)
    {
        if (layers.Count == 0 || layers.Distinct().Count() != layers.Count || layers.Any(layer => layer < 0))
            throw new ArgumentException(
                $"layers: [{string.Join(", ", layers)}] must be different indices of ModernBERT layers, at least one.", nameof(layers));
        const string NotText = "the predictor's own, not part of the text model";
        return new KeyMap($"ModernBERT layers {string.Join(", ", layers)} into a predictor",
        [
            .. Layers("model.", layers),
            .. Layers("", layers),
            .. Others("model."),
            .. Others(""),
            KeyRule.Ignore("head.{rest}", "the head of the language model"),
            KeyRule.Ignore("decoder.{rest}", "the head of the language model"),
            KeyRule.Keep("bert_mask_token", NotText),
            KeyRule.Keep("diff_pos_embed", NotText),
            KeyRule.Keep("to_bert_proj.{rest}", NotText),
        ]);
    }

    private static IEnumerable<KeyRule> Layers(string prefix, IReadOnlyList<int> layers) => layers.Select((layer, index) => KeyRule.Map(
        string.Create(CultureInfo.InvariantCulture, $"{prefix}layers.{layer}.{{rest}}"),
        string.Create(CultureInfo.InvariantCulture, $"bert_decoder.layers.{index}.{{rest}}")));

    private static IEnumerable<KeyRule> Others(string prefix) =>
    [
        KeyRule.Ignore(prefix + "layers.{i}.{rest}", "a layer that isn't chosen"),
        KeyRule.Ignore(prefix + "embeddings.{rest}", "word embeddings: the predictor reads video tokens"),
        KeyRule.Ignore(prefix + "final_norm.{rest}", "the predictor has no final normalisation"),
    ];
}
