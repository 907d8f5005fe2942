namespace InternVideoNext.Checkpoints.Hub;

/// <summary>A checkpoint that can be asked for by name, and where it is published.</summary>
/// <param name="Name">The name, which is also its folder in the cache.</param>
/// <param name="Description">What it is, in a few words.</param>
/// <param name="Repository">The Hugging Face repository, <c>owner/name</c>.</param>
/// <param name="Revision">Branch, tag or commit of it.</param>
/// <param name="Size">Bytes of <see cref="Published"/> if known here; else the server's word is taken.</param>
/// <param name="Sha256">
/// SHA-256 of <see cref="Published"/> in lower-case hexadecimal if known here; else the server's word is taken.
/// </param>
public sealed record NamedWeights(
    string Name, string Description, string Repository, string Revision = "main", long? Size = null, string? Sha256 = null)
{
    /// <summary>The file's path in the repository, if the checkpoint is a single one.</summary>
    public string Published { get; init; } = File;

    /// <summary>Why it cannot be downloaded without a word of the user's, and what to do; null if it can.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The file, if the checkpoint is a single one of the usual name.</summary>
    public const string File = "model.safetensors";

    /// <summary>The index, if the checkpoint is in shards.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    /// <summary>
    /// The checkpoints that this package knows. Their publishers state no size or checksum besides what the server sends.
    /// </summary>
    public static IReadOnlyList<NamedWeights> All { get; } =
    [
        new("internvideo-next-base", "InternVideo-Next Base encoder, 91 M parameters, fp16",
            "revliter/internvideo_next_base_p14_res224_f16"),
        new("internvideo-next-large", "InternVideo-Next Large encoder, 0.3 B parameters, fp16",
            "revliter/internvideo_next_large_p14_res224_f16"),
        new("internvideo-next-large-stage1", "InternVideo-Next Large encoder after Stage 1 alone, 0.3 B parameters",
            "revliter/internvideo_next_large_p14_res224_f16_stage1"),
        new("siglip2-base", "SigLIP2 base, patch 16 at 256 px: the smallest image teacher", "google/siglip2-base-patch16-256"),
        new("siglip2-so400m", "SigLIP2 so400m, patch 14 at 224 px: an image teacher", "google/siglip2-so400m-patch14-224"),
        new("siglip2-giant", "SigLIP2 giant (1 B), patch 16 at 256 px: the paper's image teacher", "google/siglip2-giant-opt-patch16-256"),
        new("modernbert-large", "ModernBERT-large: its last layers start the predictor", "answerdotai/ModernBERT-large"),
        .. PeerWeights.All,
    ];

    /// <summary>The checkpoint of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static NamedWeights Find(string name) => All.FirstOrDefault(weights => weights.Name == name)
        ?? throw new ArgumentException(
            $"'{name}' is not the name of a known checkpoint; these are: {string.Join(", ", All.Select(weights => weights.Name))}.",
            nameof(name));

    /// <summary>The address of one of the repository's files, relative to the hub's.</summary>
    public string AddressOf(string file) =>
        $"{Repository}/resolve/{Uri.EscapeDataString(Revision)}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}";
}
