namespace InternVideoNext.Checkpoints.Formats;

/// <summary>The names of InternVideo2's checkpoints against our encoder's, which bears the authors'.</summary>
public static class InternVideo2Names
{
    private const string OfPretraining = "heads and positions of pre-training";
    private const string OfClassifier = "a classifier on top of the pooled vector, which is loaded by itself";

    /// <summary>The authors' files of stage 1 and of stage 2.</summary>
    /// <param name="prefix">In front of the encoder's names, with its dot: <c>vision_encoder.</c> in stage 2; empty for none.</param>
    public static KeyMap Authors(string prefix) => new("InternVideo2, the authors' names",
    [
        KeyRule.Map(prefix + "cls_token", "cls_token"),
        KeyRule.Map(prefix + "pos_embed", "pos_embed"),
        KeyRule.Map(prefix + "pos_embed_spatial", "pos_embed_spatial"),
        KeyRule.Map(prefix + "pos_embed_temporal", "pos_embed_temporal"),
        KeyRule.Map(prefix + "pos_embed_cls", "pos_embed_cls"),
        KeyRule.Map(prefix + "patch_embed.proj.{rest}", "patch_embed.proj.{rest}"),
        KeyRule.Map(prefix + "blocks.{i}.{rest}", "blocks.{i}.{rest}"),
        KeyRule.Map(prefix + "clip_projector.{rest}", "clip_projector.{rest}"),
        .. Ignored(prefix, OfPretraining, "clip_decoder.{rest}", "final_clip_decoder.{rest}", "mae_decoder.{rest}"),
        .. Ignored(prefix, OfPretraining, "clip_pos_embed", "mae_pos_embed", "img_pos_embed", "clip_img_pos_embed"),
        .. Ignored(prefix, OfClassifier, "fc_norm.{rest}", "head.{rest}", "extra_mlp.{rest}"),
        .. TrainingState.Rules,
        .. prefix.Contains("vision_encoder.", StringComparison.Ordinal)
            ? (KeyRule[])[KeyRule.IgnoreOutside(prefix, "not the vision encoder of this stage 2 file")] : [],
    ]);

    private static IEnumerable<KeyRule> Ignored(string prefix, string reason, params IEnumerable<string> patterns) =>
        patterns.Select(pattern => KeyRule.Ignore(prefix + pattern, reason));
}
