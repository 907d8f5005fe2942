namespace InternVideoNext.Checkpoints.Formats;

/// <summary>The names of V-JEPA 2's released attentive probes against our attentive probe's, which bears the authors' names.</summary>
public static class VJepa2ProbeNames
{
    private const string OfEncoder = "the encoder below the probe, which is loaded by itself";

    /// <summary>The authors' files, behind <c>module.</c> or nothing.</summary>
    /// <param name="prefix">In front of <c>pooler.</c>, with its dot.</param>
    public static KeyMap Authors(string prefix) => new("V-JEPA 2 probe, the authors' names",
    [
        KeyRule.Map(prefix + "pooler.{rest}", "pooler.{rest}"),
        KeyRule.Map(prefix + "linear.{rest}", "linear.{rest}"),
    ]);

    /// <summary>Hugging Face's files, for example <c>facebook/vjepa2-vitl-fpc16-256-ssv2</c>.</summary>
    public static KeyMap HuggingFace { get; } = new("V-JEPA 2 probe, Hugging Face's names",
    [
        KeyRule.Map("pooler.query_tokens", "pooler.query_tokens"),
        .. Block("pooler.self_attention_layers.{i}.", "pooler.blocks.{i}."),
        .. Fused.Rules("pooler.self_attention_layers.{i}.self_attn.", ["q_proj", "k_proj", "v_proj"], "pooler.blocks.{i}.attn.qkv"),
        KeyRule.Map("pooler.self_attention_layers.{i}.self_attn.out_proj.{rest}", "pooler.blocks.{i}.attn.proj.{rest}"),
        .. Block("pooler.cross_attention_layer.", "pooler.cross_attention_block."),
        KeyRule.Map("pooler.cross_attention_layer.cross_attn.q_proj.{rest}", "pooler.cross_attention_block.xattn.q.{rest}"),
        .. Fused.Rules("pooler.cross_attention_layer.cross_attn.", ["k_proj", "v_proj"], "pooler.cross_attention_block.xattn.kv"),
        KeyRule.Map("classifier.{rest}", "linear.{rest}"),
        KeyRule.Ignore("vjepa2.{rest}", OfEncoder),
    ]);

    private static IEnumerable<KeyRule> Block(string foreign, string ours) =>
    [
        KeyRule.Map(foreign + "layer_norm1.{rest}", ours + "norm1.{rest}"),
        KeyRule.Map(foreign + "layer_norm2.{rest}", ours + "norm2.{rest}"),
        KeyRule.Map(foreign + "mlp.{rest}", ours + "mlp.{rest}"),
    ];
}
