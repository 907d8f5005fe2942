using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>Writes a module as a file of a foreign format, under that format's names.</summary>
public static class CheckpointExporter
{
    /// <summary>
    /// Exports a module's parameters and persistent buffers, in the order of their foreign names. What was loaded from a file of the format
    /// and not changed comes back bit for bit, provided that the module's element type holds the file's exactly.
    /// </summary>
    /// <param name="path">The file to write.</param>
    /// <param name="module">The module, on any device.</param>
    /// <param name="map">The format's names against the module's.</param>
    /// <param name="type">The floating-point type to store, or null for each tensor's own.</param>
    /// <param name="metadata">Free text for the header; null for <c>format: pt</c>, which Hugging Face's own loaders ask for.</param>
    /// <returns>The module's tensors that the format has no place for, with reasons.</returns>
    /// <exception cref="CheckpointMismatchException">
    /// The map has no name for a tensor, or the same name for two; nothing was written.
    /// </exception>
    public static IReadOnlyList<SkippedTensor> Export(
        string path, nn.Module module, KeyMap map, ScalarType? type = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var items = new SortedDictionary<string, SafetensorsItem>(StringComparer.Ordinal);
        var left = new List<SkippedTensor>();
        var mismatches = new List<CheckpointMismatch>();
        foreach (var (key, tensor) in module.state_dict())
        {
            foreach (var match in map.ExportParts(key)) Add(key, tensor, match);
        }

        if (mismatches.Count > 0)
            throw new CheckpointMismatchException($"{module.GetName()} to {path} by the key map '{map.Name}'", mismatches);
        SafetensorsWriter.Write(path, items.Values, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        return left;

        void Add(string key, Tensor tensor, KeyMatch match)
        {
            if (match.IsUnknown)
                mismatches.Add(
                    new CheckpointMismatch(MismatchKind.Unexpected, key, $"{ShapeText.Of(tensor.shape)} (the format has no name for it)"));
            else if (match.Key is not { } name)
                left.Add(new SkippedTensor(key, match.Rule!.Reason!));
            else if (!items.TryAdd(name, ItemOf(name, tensor, match.Rule!.Part)))
                mismatches.Add(
                    new CheckpointMismatch(
                    MismatchKind.DoublyMatched, key, $"{ShapeText.Of(tensor.shape)} (another tensor is called {name} already)"));
        }

        SafetensorsItem ItemOf(string name, Tensor tensor, RowPart? part) =>
            SafetensorsItem.Of(name, part is { } rows ? rows.Of(tensor) : tensor, tensor.is_floating_point() ? type : null);
    }
}
