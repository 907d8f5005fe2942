namespace InternVideoNext.Checkpoints.Formats;

/// <summary>
/// SigLIP and SigLIP2 checkpoints of a fixed resolution (Hugging Face model type <c>siglip</c>), of which we take the vision tower.
/// </summary>
public static class SiglipVision
{
    private const string TextSide = "the text side of the model, which the teacher doesn't use";

    /// <summary>The names against our vision tower's.</summary>
    public static KeyMap Map { get; } = new("SigLIP vision tower",
    [
        KeyRule.Ignore("vision_model.embeddings.position_ids", "a constant list 0, 1, 2... that older files store"),
        KeyRule.PositionTable("vision_model.embeddings.position_embedding.weight", "embeddings.position_embedding.weight"),
        KeyRule.Map("vision_model.embeddings.{rest}", "embeddings.{rest}"),
        KeyRule.Map("vision_model.encoder.layers.{i}.{rest}", "encoder.layers.{i}.{rest}"),
        KeyRule.Map("vision_model.post_layernorm.{rest}", "post_layernorm.{rest}"),
        KeyRule.Map("vision_model.head.{rest}", "head.{rest}"),
        KeyRule.Ignore("text_model.{rest}", TextSide),
        KeyRule.Ignore("logit_scale", TextSide),
        KeyRule.Ignore("logit_bias", TextSide),
    ]);
}
