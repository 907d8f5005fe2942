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
    /// <param name="encoder">Which encoder's.</param>
    /// <param name="manifest">The source's manifest.</param>
    /// <param name="label">The label's name.</param>
    /// <param name="origin">How the clips were read.</param>
    /// <exception cref="InvalidDataException">An entry lacks the label.</exception>
    public FeatureSet Labelled(int encoder, Manifest manifest, string label, FeatureOrigin origin = FeatureOrigin.Cached)
    {
        var labels = Entries.Select(i => LabelOf(manifest, i, label)).ToList();
        var copy = Features[encoder].clone().DetachFromDisposeScope();
        return new FeatureSet(copy, labels, [.. Entries.Select(i => manifest.Entries[i].Id)], Expected, origin);
    }

    /// <summary>One encoder's features with labels given by a function. The set owns a copy.</summary>
    /// <param name="encoder">Which encoder's.</param>
    /// <param name="idOf">An entry's name.</param>
    /// <param name="labelOf">An entry's class.</param>
    public FeatureSet Labelled(int encoder, Func<int, string> idOf, Func<int, int> labelOf)
    {
        var labels = Entries.Select(labelOf).ToList();
        var copy = Features[encoder].clone().DetachFromDisposeScope();
        return new FeatureSet(copy, labels, [.. Entries.Select(idOf)], Expected);
    }

    /// <summary>
    /// Joins the tokens of a crop's segments into one sequence, in order of time, as V-JEPA 2 does: from rows of [N, C], crop by
    /// crop and segment by segment, to rows of [S N, C]. A clip of which any view could not be read is left out. The new features own their
    /// tensors.
    /// </summary>
    /// <param name="views">The views that the clips were read as.</param>
    /// <exception cref="ArgumentException">The features are no tokens.</exception>
    public ExtractedFeatures JoinSegments(ClipViews views)
    {
        if (Features.Any(f => f.dim() != 3)) throw new ArgumentException("only tokens, [n, N, C], can be joined", nameof(views));
        var (rows, entries) = (new List<long>(), new List<int>());
        for (var first = 0; first < Entries.Count;)
        {
            var next = first;
            while (next < Entries.Count && Entries[next] == Entries[first]) next++;
            if (next - first == views.Count)
            {
                rows.AddRange(Enumerable.Range(first, views.Count).Select(row => (long)row));
                entries.AddRange(Enumerable.Repeat(Entries[first], views.Crops));
            }
            first = next;
        }
        if (entries.Count == 0) throw new InvalidDataException("of no clip could all views be read; see the list of skipped files");
        using var scope = NewDisposeScope();
        var index = tensor(rows.ToArray());
        return new ExtractedFeatures(entries, [.. Features.Select(f =>
            f.index_select(0, index).reshape(entries.Count, views.Segments * f.size(1), f.size(2)).DetachFromDisposeScope())], Expected);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var features in Features) features.Dispose();
    }

    private static int LabelOf(Manifest manifest, int entry, string label) =>
        manifest.Entries[entry].Labels.TryGetValue(label, out var value) ? value : throw new InvalidDataException(
            $"clip '{manifest.Entries[entry].Id}' has no label '{label}'; labels of this manifest: "
                + $"{string.Join(", ", manifest.Labels.Keys)}");
}
