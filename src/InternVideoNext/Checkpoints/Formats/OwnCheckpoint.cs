namespace InternVideoNext.Checkpoints.Formats;

/// <summary>Checkpoints of this package: every tensor under its module's own name.</summary>
public static class OwnCheckpoint
{
    private const string StageOneOnly = "belongs to Stage 1: Stage 2 aligns with no image teacher and reconstructs no pixels";

    private static readonly KeyRule[] PositionTables =
    [
        KeyRule.PositionTable("encoder.pos_embed", "encoder.pos_embed"),
        KeyRule.PositionTable("predictor.diff_pos_embed", "predictor.diff_pos_embed"),
        KeyRule.PositionTable("alignment.clip_pos_embed", "alignment.clip_pos_embed"),
    ];

    /// <summary>A whole model into the same model, of any clip size.</summary>
    public static KeyMap Model { get; } = new("own checkpoint", [.. PositionTables, KeyRule.Map("{rest}", "{rest}")]);

    /// <summary>A Stage 1 model into a Stage 2 model: the latent decoder starts anew.</summary>
    public static KeyMap Stage1IntoStage2 { get; } = Model.With(
        "own Stage 1 checkpoint into a Stage 2 model",
        KeyRule.Ignore("alignment.{rest}", StageOneOnly),
        KeyRule.Ignore("decoder.{rest}", StageOneOnly),
        KeyRule.Keep("decoder.{rest}", "Stage 1 has no latent decoder: it starts at random"));

    /// <summary>A whole model's encoder into an encoder alone.</summary>
    public static KeyMap IntoEncoder { get; } = new("own checkpoint into an encoder",
    [
        .. EncoderNames.Rules("encoder."),
        KeyRule.Ignore("predictor.{rest}", "not part of the encoder"),
        KeyRule.Ignore("decoder.{rest}", "not part of the encoder"),
        KeyRule.Ignore("alignment.{rest}", "not part of the encoder"),
    ]);

    /// <summary>An encoder stored alone into an encoder.</summary>
    public static KeyMap Encoder { get; } = new("own encoder", [.. EncoderNames.Rules("")]);
}
