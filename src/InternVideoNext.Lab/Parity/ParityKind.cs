
namespace InternVideoNext.Parity;

/// <summary>One kind of reference file: how its content is recognised, and what is checked.</summary>
/// <param name="Name">The kind, for messages.</param>
/// <param name="Anchors">Beginnings of names; a file of this kind has a name for each.</param>
/// <param name="Check">Computes and compares every quantity.</param>
internal sealed record ParityKind(string Name, IReadOnlyList<string> Anchors, Action<ReferenceData, ParityRecorder> Check)
{
    // Told by whole keys and shapes, under any prefix: their names alone are much like ours.
    private static readonly ParityKind Peer = new("another system's encoder", [], PeerParity.Check);

    // The first whose anchors are all present decides: a stage has an encoder too.
    private static readonly ParityKind[] All =
    [
        new("Stage 2 step", ["weights.student.", "weights.teacher."], Stage2Parity.Check),
        new("Stage 1 step", ["weights.bert_decoder.", "weights.diffloss."], Stage1Parity.Check),
        new("video encoder", ["weights.patch_embed.", "weights.blocks."], EncoderParity.Check),
        new("diffusion decoder", ["weights.net.input_proj."], DiffusionParity.Check),
        new("ModernBERT layers", ["weights.layers.0.attn.Wqkv."], ModernBertParity.Check),
        new("SigLIP2 vision tower", ["weights.embeddings.patch_embedding.", "weights.encoder.layers."], SiglipParity.Check),
        new("position tables, schedules, block masks", ["pos_embed."], MiscParity.Check),
        new("position tables, schedules, block masks", ["multiblock."], MiscParity.Check),
        new("position tables, schedules, block masks", ["interp."], MiscParity.Check),
        new("position tables, schedules, block masks", ["schedule.cosine_"], MiscParity.Check),
    ];

    /// <exception cref="InvalidDataException">No kind has such names.</exception>
    public static ParityKind Of(ReferenceData reference) =>
        PeerParity.Knows(reference) ? Peer : All.FirstOrDefault(kind => kind.Anchors.All(anchor => reference.Under(anchor).Any()))
        ?? throw new InvalidDataException($"not a known kind of reference file: {Preview(reference)}");

    private static string Preview(ReferenceData reference) => reference.Names.Count == 0
        ? "it holds no tensor"
        : $"its tensors are {string.Join(", ", reference.Names.Take(3))}{(reference.Names.Count > 3 ? ", ..." : "")}";
}
