namespace InternVideoNext.Checkpoints.Formats;

/// <summary>The names of VideoMAE's and VideoMAE v2's checkpoints against our encoder's, which bears VideoMAE v2's.</summary>
public static class VideoMaeNames
{
    private const string OfClassifier = "a fine-tuned classifier, which a frozen encoder has no use for";
    private const string OfPretraining = "the decoder of pre-training";

    private static readonly KeyRule Positions = KeyRule.Keep("pos_embed", "a fixed table that no file holds");

    /// <summary>The authors' files and OpenGVLab's safetensors: <c>blocks.i.attn.qkv.weight</c>.</summary>
    /// <param name="prefix">In front of the encoder's names, with its dot: <c>model.</c>, <c>encoder.</c>; empty for none.</param>
    public static KeyMap Authors(string prefix)
    {
        const string Encoder = "encoder.";
        var outer = prefix.EndsWith(Encoder, StringComparison.Ordinal) ? prefix[..^Encoder.Length] : prefix;
        return new KeyMap("VideoMAE, the authors' names",
        [
            KeyRule.Map(prefix + "patch_embed.proj.{rest}", "patch_embed.proj.{rest}"),
            KeyRule.Map(prefix + "blocks.{i}.gamma_1", "blocks.{i}.ls1.gamma"),
            KeyRule.Map(prefix + "blocks.{i}.gamma_2", "blocks.{i}.ls2.gamma"),
            KeyRule.Map(prefix + "blocks.{i}.{rest}", "blocks.{i}.{rest}"),
            KeyRule.Map(prefix + "norm.{rest}", "norm.{rest}"),
            KeyRule.Map(prefix + "fc_norm.{rest}", "fc_norm.{rest}"),
            Positions,
            KeyRule.Ignore(prefix + "head.{rest}", OfClassifier),
            KeyRule.Ignore(outer + "decoder.{rest}", OfPretraining),
            KeyRule.Ignore(outer + "encoder_to_decoder.{rest}", OfPretraining),
            KeyRule.Ignore(outer + "mask_token", OfPretraining),
            .. TrainingState.Rules,
        ]);
    }

    /// <summary>Hugging Face's files of plain VideoMAE: <c>encoder.layer.i.attention.attention.query.weight</c>.</summary>
    /// <param name="prefix">In front of <c>encoder.</c>: <c>videomae.</c>; empty for none.</param>
    public static KeyMap HuggingFace(string prefix)
    {
        var layer = prefix + "encoder.layer.{i}.";
        return new KeyMap("VideoMAE, Hugging Face's names",
        [
            KeyRule.Map(prefix + "embeddings.patch_embeddings.projection.{rest}", "patch_embed.proj.{rest}"),
            KeyRule.Map(layer + "layernorm_before.{rest}", "blocks.{i}.norm1.{rest}"),
            KeyRule.Map(layer + "attention.attention.q_bias", "blocks.{i}.attn.q_bias"),
            KeyRule.Map(layer + "attention.attention.v_bias", "blocks.{i}.attn.v_bias"),
            .. Fused.Rules(layer + "attention.attention.", ["query", "key", "value"], "blocks.{i}.attn.qkv"),
            KeyRule.Map(layer + "attention.output.dense.{rest}", "blocks.{i}.attn.proj.{rest}"),
            KeyRule.Map(layer + "layernorm_after.{rest}", "blocks.{i}.norm2.{rest}"),
            KeyRule.Map(layer + "intermediate.dense.{rest}", "blocks.{i}.mlp.fc1.{rest}"),
            KeyRule.Map(layer + "output.dense.{rest}", "blocks.{i}.mlp.fc2.{rest}"),
            KeyRule.Map(prefix + "layernorm.{rest}", "norm.{rest}"),
            KeyRule.Map("fc_norm.{rest}", "fc_norm.{rest}"),
            Positions,
            KeyRule.Ignore("classifier.{rest}", OfClassifier),
            KeyRule.Ignore("decoder.{rest}", OfPretraining),
            KeyRule.Ignore("encoder_to_decoder.{rest}", OfPretraining),
            KeyRule.Ignore("mask_token", OfPretraining),
        ]);
    }
}
