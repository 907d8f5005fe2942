namespace InternVideoNext.Checkpoints.Formats;

/// <summary>The names of VideoPrism's checkpoints against our encoder's.</summary>
public static class VideoPrismNames
{
    private const string OfText = "the text side of a video-text model";

    /// <summary>The port of Hugging Face transformers.</summary>
    /// <param name="prefix">
    /// In front of <c>spatial_layers</c>: <c>video_model.vision_model.</c> in video-text models; empty for none.
    /// </param>
    /// <param name="outer">In front of <c>auxiliary_layers</c> and <c>head</c>: <c>video_model.</c>.</param>
    public static KeyMap HuggingFace(string prefix, string outer) => new("VideoPrism, Hugging Face's names",
    [
        KeyRule.Map(prefix + "spatial_embeddings.patch_embeddings.projection.{rest}", "patch_embed.proj.{rest}"),
        KeyRule.Map(prefix + "spatial_embeddings.position_embeddings", "spatial_pos_embed"),
        KeyRule.Map(prefix + "temporal_embeddings.position_embeddings", "temporal_pos_embed"),
        .. Layers(prefix + "spatial_layers.{i}.", "spatial_blocks.{i}."),
        .. Layers(prefix + "temporal_layers.{i}.", "temporal_blocks.{i}."),
        .. Layers(outer + "auxiliary_layers.{i}.", "auxiliary_blocks.{i}."),
        KeyRule.Map(prefix + "layernorm1.{rest}", "spatial_norm.{rest}"),
        KeyRule.Map(prefix + "layernorm2.{rest}", "temporal_norm.{rest}"),
        KeyRule.Map(outer + "head.pooling_attention_query", "pool.query"),
        KeyRule.Map(outer + "head.per_dim_scale", "pool.per_dim_scale"),
        KeyRule.Map(outer + "head.q_proj.{rest}", "pool.q.{rest}"),
        KeyRule.Map(outer + "head.k_proj.{rest}", "pool.k.{rest}"),
        KeyRule.Map(outer + "head.v_proj.{rest}", "pool.v.{rest}"),
        KeyRule.Map(outer + "head.o_proj.{rest}", "pool.proj.{rest}"),
        KeyRule.Map(outer + "head_layernorm.{rest}", "pool.norm.{rest}"),
        KeyRule.Ignore("text_model.{rest}", OfText),
    ]);

    /// <summary>Google's archives, as <see cref="VideoPrismArchive"/> shows them.</summary>
    /// <param name="prefix">
    /// In front of <c>patch_projection</c>: <c>params/</c>, or <c>params/vision_encoder/</c> in video-text models.
    /// </param>
    public static KeyMap Archive(string prefix)
    {
        const string Root = "params/", Pooler = Root + "contrastive_vision_pooler/", Attention = Pooler + "pooling_attention/";
        return new KeyMap("VideoPrism, the authors' names",
        [
            KeyRule.Map(prefix + "patch_projection/linear/kernel", "patch_embed.proj.weight"),
            KeyRule.Map(prefix + "patch_projection/linear/bias", "patch_embed.proj.bias"),
            KeyRule.Map(prefix + "spatial_pos_emb/emb_var", "spatial_pos_embed"),
            KeyRule.Map(prefix + "temporal_pos_emb/emb_var", "temporal_pos_embed"),
            .. Stack(prefix + "spatial_encoder/", "spatial_blocks.{i}."),
            .. Stack(prefix + "temporal_encoder/", "temporal_blocks.{i}."),
            .. Stack(Root + "auxiliary_encoder/", "auxiliary_blocks.{i}."),
            .. Norm(prefix + "spatial_ln/", "", "spatial_norm."),
            .. Norm(prefix + "temporal_ln/", "", "temporal_norm."),
            KeyRule.Map(Pooler + "pooling_attention_query", "pool.query"),
            KeyRule.Map(Attention + "per_dim_scale/per_dim_scale", "pool.per_dim_scale"),
            .. Affine(Attention + "query/", "w", "b", "", "pool.q."),
            .. Affine(Attention + "key/", "w", "b", "", "pool.k."),
            .. Affine(Attention + "value/", "w", "b", "", "pool.v."),
            .. Affine(Attention + "post/", "w", "b", "", "pool.proj."),
            .. Norm(Pooler + "pooling_attention_layer_norm/", "", "pool.norm."),
            KeyRule.Ignore(Root + "text_encoder/{rest}", OfText),
        ]);
    }

    private static IEnumerable<KeyRule> Layers(string foreign, string ours) =>
    [
        KeyRule.Map(foreign + "layernorm_before.{rest}", ours + "norm1.{rest}"),
        .. Fused.Rules(foreign + "attention.", ["q_proj", "k_proj", "v_proj"], ours + "attn.qkv"),
        KeyRule.Map(foreign + "attention.o_proj.{rest}", ours + "attn.proj.{rest}"),
        KeyRule.Map(foreign + "layernorm_after.{rest}", ours + "norm2.{rest}"),
        KeyRule.Map(foreign + "mlp.{rest}", ours + "mlp.{rest}"),
    ];

    private static IEnumerable<KeyRule> Stack(string foreign, string ours)
    {
        const string Layer = "[{i}]";
        var stack = foreign + "transformers_stack/x_layers/";
        return
        [
            .. Norm(stack + "layer_norm/", Layer, ours + "norm1."),
            .. Projection("query", 0),
            .. Projection("key", 1),
            .. Projection("value", 2),
            .. Affine(stack + "self_attention/post/", "w", "b", Layer, ours + "attn.proj."),
            .. Norm(stack + "ff_layer/layer_norm/", Layer, ours + "norm2."),
            .. Affine(stack + "ff_layer/ffn_layer1/linear/", "kernel", "bias", Layer, ours + "mlp.fc1."),
            .. Affine(stack + "ff_layer/ffn_layer2/linear/", "kernel", "bias", Layer, ours + "mlp.fc2."),
        ];

        IEnumerable<KeyRule> Projection(string name, int part) =>
        [
            KeyRule.MapRows($"{stack}self_attention/{name}/w{Layer}", ours + "attn.qkv.weight", new RowPart(part, 3)),
            KeyRule.MapRows($"{stack}self_attention/{name}/b{Layer}", ours + "attn.qkv.bias", new RowPart(part, 3)),
        ];
    }

    private static IEnumerable<KeyRule> Norm(string foreign, string layer, string ours) => Affine(foreign, "scale", "bias", layer, ours);

    private static IEnumerable<KeyRule> Affine(string foreign, string weight, string bias, string layer, string ours) =>
        [KeyRule.Map(foreign + weight + layer, ours + "weight"), KeyRule.Map(foreign + bias + layer, ours + "bias")];
}
