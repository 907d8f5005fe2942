namespace InternVideoNext.Checkpoints;

/// <summary>What loading did to each tensor.</summary>
/// <param name="Source">Where the tensors came from.</param>
/// <param name="Map">The key map's name.</param>
/// <param name="Loaded">Every tensor of the module that was filled.</param>
/// <param name="Ignored">The source's tensors that were not taken, with reasons.</param>
/// <param name="Kept">The module's tensors that the source lacks and that kept their values, with reasons.</param>
public sealed record LoadReport(
    string Source, string Map, IReadOnlyList<LoadedTensor> Loaded, IReadOnlyList<SkippedTensor> Ignored, IReadOnlyList<SkippedTensor> Kept)
{
    /// <summary>Those resized on the way.</summary>
    public IEnumerable<LoadedTensor> Resized => Loaded.Where(tensor => tensor.IsResized);

    /// <summary>Those whose element type was converted on the way.</summary>
    public IEnumerable<LoadedTensor> Converted => Loaded.Where(tensor => tensor.IsConverted);

    /// <summary>A few lines: counts, each resized tensor, and the reasons of the rest.</summary>
    public override string ToString()
    {
        var lines = new List<string>
            { $"{Source} ({Map}): {Loaded.Count} tensors loaded, {Converted.Count()} converted, {Resized.Count()} resized, "
            + $"{Ignored.Count} ignored, {Kept.Count} kept." };
        lines.AddRange(
            Resized.Select(tensor => $"  resized {tensor.Key} from {ShapeText.Of(tensor.SourceShape)} to {ShapeText.Of(tensor.Shape)}"));
        lines.AddRange(
            Converted.GroupBy(tensor => (tensor.SourceType, tensor.Type))
            .Select(group => $"  converted {group.Count()} from {group.Key.SourceType} to {group.Key.Type}"));
        lines.AddRange(Ignored.GroupBy(tensor => tensor.Reason).Select(group => $"  ignored {group.Count()}: {group.Key}"));
        lines.AddRange(Kept.GroupBy(tensor => tensor.Reason).Select(group => $"  kept {group.Count()}: {group.Key}"));
        return string.Join("\n", lines);
    }
}
