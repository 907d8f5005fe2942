namespace InternVideoNext.Checkpoints.Formats;

/// <summary>By whose names a file of another system's encoder is written.</summary>
internal enum PeerNaming
{
    /// <summary>The authors'.</summary>
    Authors,

    /// <summary>Those of Hugging Face transformers.</summary>
    HuggingFace,

    /// <summary>Google's arrays, stacked over layers.</summary>
    Archive,
}

/// <summary>Which system's encoder a file holds, by whose names, and behind what prefix.</summary>
internal sealed record PeerLayout(CheckpointKind Kind, PeerNaming Naming, string Prefix)
{
    // The first row of which some prefix fits decides. Names that must be there, and names that must not.
    private static readonly (CheckpointKind Kind, PeerNaming Naming, string[] Present, string[] Absent)[] Table =
    [
        (CheckpointKind.VJepa2, PeerNaming.HuggingFace,
            ["encoder.embeddings.patch_embeddings.proj.weight", "encoder.layer.0.attention.query.weight"], []),
        (CheckpointKind.VideoMae, PeerNaming.HuggingFace,
            ["embeddings.patch_embeddings.projection.weight", "encoder.layer.0.attention.attention.query.weight"], []),
        (CheckpointKind.VideoPrism, PeerNaming.HuggingFace,
            ["spatial_embeddings.patch_embeddings.projection.weight", "temporal_embeddings.position_embeddings"], []),
        (CheckpointKind.VideoPrism, PeerNaming.Archive, ["patch_projection/linear/kernel", "temporal_pos_emb/emb_var"], []),
        (CheckpointKind.InternVideo2, PeerNaming.Authors,
            ["patch_embed.proj.weight", "blocks.0.attn.q_norm.weight", "clip_projector.cross_attn.q.weight"],
            ["patch_embed.norm_before.weight", "bert_mask_token"]),
        (CheckpointKind.VJepa2, PeerNaming.Authors,
            ["patch_embed.proj.weight", "blocks.0.attn.qkv.bias", "blocks.0.norm1.bias", "norm.weight"], ["cls_token"]),
        (CheckpointKind.VideoMae, PeerNaming.Authors, ["patch_embed.proj.weight", "blocks.0.attn.qkv.weight", "blocks.0.norm1.bias"],
            ["cls_token", "blocks.0.attn.qkv.bias"]),
    ];

    /// <summary>Null if the names are none of these systems'.</summary>
    public static PeerLayout? Of(IEnumerable<string> names)
    {
        var present = names.ToHashSet(StringComparer.Ordinal);
        return Table.SelectMany(row => Prefixes(present, row.Present[0])
                .Where(prefix => row.Present.All(name => present.Contains(prefix + name)))
                .Where(prefix => !row.Absent.Any(name => present.Contains(prefix + name)))
                .OrderBy(Rank).ThenBy(prefix => prefix.Length).ThenBy(prefix => prefix, StringComparer.Ordinal)
                .Select(prefix => new PeerLayout(row.Kind, row.Naming, prefix)))
            .FirstOrDefault();
    }

    private static IEnumerable<string> Prefixes(HashSet<string> names, string anchor) =>
        from name in names
        where name.EndsWith(anchor, StringComparison.Ordinal)
        let prefix = name[..^anchor.Length]
        where prefix.Length == 0 || prefix[^1] is '.' or '/'
        select prefix;

    // Of a file with several encoders: the moving average, which the authors' probes read, and the vision encoder.
    private static int Rank(string prefix) =>
        ((string[])["target_encoder.", "vision_encoder."]).Any(part => prefix.Contains(part, StringComparison.Ordinal)) ? 0 : 1;
}
