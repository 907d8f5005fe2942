namespace InternVideoNext.Checkpoints.Formats;

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
