namespace InternVideoNext.Checkpoints.Formats;

/// <summary>The names of V-JEPA 2's checkpoints against our encoder's, which bears the authors' names.</summary>
public static class VJepa2Names
{
    private const string OfProbe = "an attentive probe on top of the encoder, which is loaded by itself";
    private const string OfPredictor = "the predictor, which reads masked clips in training and no frozen ones";

    /// <summary>The authors' files: <c>blocks.i.attn.qkv.weight</c>.</summary>
    /// <param name="prefix">In front of the encoder's names, with its dot: <c>target_encoder.module.backbone.</c>; empty for none.</param>
    /// <param name="hasTable">Whether the encoder has a fixed table of positions.</param>
    public static KeyMap Authors(string prefix, bool hasTable = false) => new("V-JEPA 2, the authors' names",
    [
        KeyRule.Map(prefix + "patch_embed.proj.{rest}", "patch_embed.proj.{rest}"),
        .. hasTable ? Table(prefix) : [KeyRule.Ignore(prefix + "pos_embed", "a table that rotary positions have no use for")],
        KeyRule.Map(prefix + "blocks.{i}.{rest}", "blocks.{i}.{rest}"),
        KeyRule.Map(prefix + "norm.{rest}", "norm.{rest}"),
        KeyRule.Ignore(prefix + "pooler.{rest}", OfProbe),
        KeyRule.Ignore(prefix + "linear.{rest}", OfProbe),
        .. prefix.Length == 0 ? [] : Others(prefix),
    ]);

    /// <summary>Hugging Face's files: <c>encoder.layer.i.attention.query.weight</c>.</summary>
    /// <param name="prefix">In front of <c>encoder.</c>: empty, or <c>vjepa2.</c> in files of a probe.</param>
    public static KeyMap HuggingFace(string prefix) => new("V-JEPA 2, Hugging Face's names",
    [
        KeyRule.Map(prefix + "encoder.embeddings.patch_embeddings.proj.{rest}", "patch_embed.proj.{rest}"),
        KeyRule.Map(prefix + "encoder.layer.{i}.norm1.{rest}", "blocks.{i}.norm1.{rest}"),
        .. Fused.Rules(prefix + "encoder.layer.{i}.attention.", ["query", "key", "value"], "blocks.{i}.attn.qkv"),
        KeyRule.Map(prefix + "encoder.layer.{i}.attention.proj.{rest}", "blocks.{i}.attn.proj.{rest}"),
        KeyRule.Map(prefix + "encoder.layer.{i}.norm2.{rest}", "blocks.{i}.norm2.{rest}"),
        KeyRule.Map(prefix + "encoder.layer.{i}.mlp.{rest}", "blocks.{i}.mlp.{rest}"),
        KeyRule.Map(prefix + "encoder.layernorm.{rest}", "norm.{rest}"),
        KeyRule.Ignore(prefix + "predictor.{rest}", OfPredictor),
        KeyRule.Ignore("pooler.{rest}", OfProbe),
        KeyRule.Ignore("classifier.{rest}", OfProbe),
    ]);

    private static KeyRule[] Table(string prefix) =>
    [
        KeyRule.Map(prefix + "pos_embed", "pos_embed"),
        KeyRule.Keep("pos_embed", "a fixed table, made anew"),
    ];

    private static KeyRule[] Others(string prefix) =>
    [
        .. prefix.StartsWith("target_encoder.", StringComparison.Ordinal)
            ? (KeyRule[])[KeyRule.Ignore("encoder.{rest}", "the encoder in training: the authors' probes read its moving average")] : [],
        .. prefix.StartsWith("encoder.", StringComparison.Ordinal)
            ? (KeyRule[])[KeyRule.Ignore("target_encoder.{rest}", "the moving average")] : [],
        KeyRule.Ignore("predictor.{rest}", OfPredictor),
        .. TrainingState.Rules,
    ];
}

/// <summary>What authors' files hold besides a model.</summary>
internal static class TrainingState
{
    private const string Reason = "the state of training";

    /// <summary>Optimiser, schedule, loss scaler.</summary>
    public static IReadOnlyList<KeyRule> Rules { get; } =
    [
        .. new[] { "opt", "optimizer", "lr_scheduler", "scaler" }.Select(name => KeyRule.Ignore(name + ".{rest}", Reason)),
    ];
}

/// <summary>Three projections of a format that are one in our modules.</summary>
internal static class Fused
{
    /// <summary>Rules for weights and biases.</summary>
    /// <param name="foreign">What precedes the names of the projections.</param>
    /// <param name="names">Of queries, keys and values.</param>
    /// <param name="ours">The fused projection.</param>
    public static IEnumerable<KeyRule> Rules(string foreign, IReadOnlyList<string> names, string ours) =>
        names.Select((name, i) => KeyRule.MapRows($"{foreign}{name}.{{rest}}", $"{ours}.{{rest}}", new RowPart(i, names.Count)));
}
