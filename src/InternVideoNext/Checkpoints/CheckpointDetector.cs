using InternVideoNext.Checkpoints.Formats;

namespace InternVideoNext.Checkpoints;

/// <summary>Tells what kind of checkpoint a source is by a few names that only that kind has.</summary>
public static class CheckpointDetector
{
    private static readonly (CheckpointKind Kind, string Description, string[] Anchors)[] Table =
    [
        (CheckpointKind.ReleasedEncoder, "released InternVideo-Next encoder weights",
            ["model.patch_embed.proj.weight", "model.blocks.0.attn.qkv.weight"]),
        (CheckpointKind.ReferenceStage2, "the authors' Stage 2 training checkpoint",
            ["blocks.0.attn.qkv.weight", "bert_mask_token", "selfdist_decoder.head.0.weight"]),
        (CheckpointKind.ReferenceStage1, "the authors' Stage 1 training checkpoint", ["blocks.0.attn.qkv.weight", "bert_mask_token"]),
        (CheckpointKind.Encoder, "a video encoder alone", ["patch_embed.norm_before.weight", "blocks.0.attn.qkv.weight"]),
        (CheckpointKind.SiglipVision, "a SigLIP model of fixed resolution",
            ["vision_model.embeddings.patch_embedding.weight", "vision_model.embeddings.position_embedding.weight"]),
        (CheckpointKind.ModernBert, "a ModernBERT text model",
            ["model.embeddings.tok_embeddings.weight", "model.layers.0.attn.Wqkv.weight"]),
        (CheckpointKind.ModernBert, "a ModernBERT text model", ["embeddings.tok_embeddings.weight", "layers.0.attn.Wqkv.weight"]),
    ];

    /// <summary>The kind of a set of tensor names.</summary>
    public static CheckpointKind Detect(IEnumerable<string> names)
    {
        var present = names.ToHashSet(StringComparer.Ordinal);
        return PeerLayout.Of(present)?.Kind ?? Table.FirstOrDefault(row => row.Anchors.All(present.Contains)).Kind;
    }

    /// <summary>The kind in words.</summary>
    public static string Describe(CheckpointKind kind) =>
        kind switch
        {
            CheckpointKind.VJepa2 => "V-JEPA 2's encoder",
            CheckpointKind.VideoMae => "VideoMAE's encoder",
            CheckpointKind.InternVideo2 => "InternVideo2's encoder",
            CheckpointKind.VideoPrism => "VideoPrism's video encoder",
            _ => Table.FirstOrDefault(row => row.Kind == kind).Description ?? "unknown to this package",
        };
}
