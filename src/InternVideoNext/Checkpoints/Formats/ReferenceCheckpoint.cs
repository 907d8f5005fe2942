namespace InternVideoNext.Checkpoints.Formats;

/// <summary>
/// The authors' training checkpoints. Their model is one flat module; ours groups the same tensors under <c>encoder</c>, <c>predictor</c>,
/// <c>decoder</c> and <c>alignment</c>, each under its reference name.
/// </summary>
public static class ReferenceCheckpoint
{
    private const string StageOneOnly = "belongs to Stage 1: Stage 2 aligns with no image teacher and reconstructs no pixels";
    private const string NotInEncoder = "not part of the encoder";

    private static readonly KeyRule[] Encoder =
    [
        KeyRule.PositionTable("pos_embed", "encoder.pos_embed"),
        KeyRule.Map("cls_token", "encoder.cls_token"),
        KeyRule.Map("patch_embed.{rest}", "encoder.patch_embed.{rest}"),
        KeyRule.Map("blocks.{i}.{rest}", "encoder.blocks.{i}.{rest}"),
        KeyRule.Map("clip_projector.{rest}", "encoder.clip_projector.{rest}"),
    ];

    private static readonly KeyRule[] Predictor =
    [
        KeyRule.PositionTable("diff_pos_embed", "predictor.diff_pos_embed"),
        KeyRule.Map("bert_mask_token", "predictor.bert_mask_token"),
        KeyRule.Map("to_bert_proj.{rest}", "predictor.to_bert_proj.{rest}"),
        KeyRule.Map("bert_decoder.{rest}", "predictor.bert_decoder.{rest}"),
    ];

    private static readonly KeyRule[] Decoder =
    [
        KeyRule.Map("diffloss.{rest}", "decoder.diffloss.{rest}"),
        KeyRule.Map("selfdist_decoder.{rest}", "decoder.selfdist_decoder.{rest}"),
        KeyRule.Map("pixel_decoder.{rest}", "decoder.pixel_decoder.{rest}"),
        KeyRule.Map("label_heads.{rest}", "decoder.label_heads.{rest}"),
    ];

    private static readonly KeyRule[] Alignment =
    [
        KeyRule.PositionTable("clip_pos_embed", "alignment.clip_pos_embed"),
        KeyRule.Map("clip_decoder.{i}.{rest}", "alignment.clip_decoder.{i}.{rest}"),
        KeyRule.Map("final_clip_decoder.{rest}", "alignment.final_clip_decoder.{rest}"),
    ];

    private static readonly KeyRule[] NeverUsed =
    [
        KeyRule.Ignore("selfdist_normproj_decoder.{rest}", "built by the reference's Stage 2 but never used in its loss"),
        KeyRule.Ignore("selfdist_proj_clip.{rest}", "built by the reference's Stage 2 but never used in its loss"),
    ];

    /// <summary>A Stage 1 checkpoint against our Stage 1 model, and every name of both stages.</summary>
    public static KeyMap Stage1 { get; } = new(
        "reference training checkpoint", [.. Encoder, .. Predictor, .. Decoder, .. Alignment, .. NeverUsed]);

    /// <summary>A Stage 2 checkpoint against our Stage 2 model, which has no alignment.</summary>
    public static KeyMap Stage2 { get; } = Stage1.With(
        "reference Stage 2 checkpoint",
        KeyRule.Ignore("clip_pos_embed", StageOneOnly));

    /// <summary>A Stage 1 checkpoint against our Stage 2 model: the latent decoder starts anew.</summary>
    public static KeyMap Stage1IntoStage2 { get; } = Stage1.With(
        "reference Stage 1 checkpoint into a Stage 2 model",
        KeyRule.Ignore("diffloss.{rest}", StageOneOnly),
        KeyRule.Ignore("pixel_decoder.{rest}", StageOneOnly),
        KeyRule.Ignore("clip_pos_embed", StageOneOnly),
        KeyRule.Ignore("clip_decoder.{rest}", StageOneOnly),
        KeyRule.Ignore("final_clip_decoder.{rest}", StageOneOnly),
        KeyRule.Keep("decoder.selfdist_decoder.{rest}", "Stage 1 has no latent decoder: it starts at random"));

    /// <summary>A Stage 1 checkpoint against our Stage 2 model that goes on reconstructing pixels.</summary>
    public static KeyMap Stage1IntoStage2WithPixels { get; } = Stage1IntoStage2.With(
        "reference Stage 1 checkpoint into a Stage 2 model with pixels",
        KeyRule.Map("diffloss.{rest}", "decoder.diffloss.{rest}"),
        KeyRule.Map("pixel_decoder.{rest}", "decoder.pixel_decoder.{rest}"));

    /// <summary>A Stage 1 checkpoint against our Stage 2 model whose predictor starts anew too.</summary>
    public static KeyMap Stage1IntoFreshPredictor { get; } = Stage1IntoStage2.With(
        "reference Stage 1 checkpoint into a Stage 2 model with a fresh predictor",
        [.. Predictor.Select(rule => KeyRule.Ignore(rule.ForeignPattern!, "the predictor starts anew")),
         KeyRule.Keep("predictor.{rest}", "the predictor starts anew")]);

    /// <summary>Either stage's checkpoint, or an encoder alone, against our Stage 1 model: what it has not starts anew.</summary>
    public static KeyMap IntoStage1 { get; } = Stage1.With(
        "reference checkpoint into a Stage 1 model",
        [KeyRule.Ignore("selfdist_decoder.{rest}", "belongs to Stage 2: Stage 1 predicts no latents"),
         .. ((string[])["predictor", "decoder", "alignment"])
             .Select(part => KeyRule.Keep(part + ".{rest}", "not in the file: it starts anew"))]);

    /// <summary>An encoder stored alone, under names without a prefix, against our encoder.</summary>
    public static KeyMap EncoderAlone { get; } = new("encoder alone", [.. EncoderNames.Rules(foreignPrefix: "")]);

    /// <summary>Either stage's checkpoint against our encoder alone.</summary>
    public static KeyMap IntoEncoder { get; } = new("reference training checkpoint into an encoder",
    [
        .. EncoderNames.Rules(foreignPrefix: ""),
        .. Predictor.Concat(Decoder).Concat(Alignment).Concat(NeverUsed).Select(rule => KeyRule.Ignore(rule.ForeignPattern!, NotInEncoder)),
    ]);
}

/// <summary>The names of the video encoder's tensors, pool head included, under any prefix of the file.</summary>
internal static class EncoderNames
{
    /// <summary>The rules against our encoder module, whose own names bear no prefix.</summary>
    /// <param name="foreignPrefix">In front of each name in the file, with its dot; empty for none.</param>
    public static IEnumerable<KeyRule> Rules(string foreignPrefix) =>
    [
        KeyRule.PositionTable(foreignPrefix + "pos_embed", "pos_embed"),
        KeyRule.Map(foreignPrefix + "cls_token", "cls_token"),
        KeyRule.Map(foreignPrefix + "patch_embed.{rest}", "patch_embed.{rest}"),
        KeyRule.Map(foreignPrefix + "blocks.{i}.{rest}", "blocks.{i}.{rest}"),
        KeyRule.Map(foreignPrefix + "clip_projector.{rest}", "clip_projector.{rest}"),
    ];
}
