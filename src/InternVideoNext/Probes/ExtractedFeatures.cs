using InternVideoNext.Data;
using static TorchSharp.torch;

namespace InternVideoNext.Probes;

/// <summary>Features of a source's clips by one or several encoders. Owns the tensors.</summary>
/// <param name="Entries">For each row, the index of its entry in the source.</param>
/// <param name="Features">For each encoder, [n, C] or [n, N, C], float32 on the CPU.</param>
/// <param name="Expected">Clips that the source lists.</param>
public sealed record ExtractedFeatures(IReadOnlyList<int> Entries, IReadOnlyList<Tensor> Features, int Expected) : IDisposable
{
    /// <summary>One encoder's features with one label of the manifest that the source was made from. The set owns a copy.</summary>
    /// <exception cref="InvalidDataException">An entry lacks the label.</exception>
    public FeatureSet Labelled(int encoder, Manifest manifest, string label)
    {
        var labels = Entries.Select(i => LabelOf(manifest, i, label)).ToList();
        var copy = Features[encoder].clone().DetachFromDisposeScope();
        return new FeatureSet(copy, labels, [.. Entries.Select(i => manifest.Entries[i].Id)], Expected);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var features in Features) features.Dispose();
    }

    private static int LabelOf(Manifest manifest, int entry, string label) =>
        manifest.Entries[entry].Labels.TryGetValue(label, out var value) ? value : throw new InvalidDataException(
            $"clip '{manifest.Entries[entry].Id}' has no label '{label}'; labels of this manifest: {string.Join(", ", manifest.Labels.Keys)}");
}
