using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// Fills a module from named tensors. Every name and shape is checked before the first value changes, and every fault is reported in one
/// error. Nothing is broadcast: torch's own loading copies a [1] tensor into a [768] one without a word.
/// </summary>
public static class StrictLoader
{
    /// <summary>Loads a module's parameters and persistent buffers, converting element types to the module's.</summary>
    /// <param name="module">The module to fill, on any device.</param>
    /// <param name="source">Where the tensors come from.</param>
    /// <param name="map">The source's names against the module's.</param>
    /// <param name="resize">
    /// Called for every position table of the map, whatever its size (tables of equal length can be of different grids); null if none may
    /// be resized.
    /// </param>
    /// <returns>What was done to each tensor.</returns>
    /// <exception cref="CheckpointMismatchException">
    /// Tensors are unexpected, missing, doubly matched, mis-shaped or mis-typed; nothing was changed.
    /// </exception>
    /// <exception cref="SafetensorsException">A tensor could not be read.</exception>
    public static LoadReport Load(nn.Module module, ITensorSource source, KeyMap map, PositionTableResize? resize = null)
    {
        var plan = LoadPlan.Make(source, module.state_dict(), map, resize is not null);
        if (plan.Mismatches.Count > 0)
            throw new CheckpointMismatchException(
                $"{source.Path} into {module.GetName()} by the key map '{map.Name}'{ForeignPrefix.Advice(source.Entries.Keys)}",
                plan.Mismatches);
        using var noGradient = no_grad();
        // In the source's order: archives are read from front to back, and what several tensors share is read once.
        var place = source.Entries.Keys.Select((name, i) => (name, i)).ToDictionary(key => key.name, key => key.i, StringComparer.Ordinal);
        var loaded = plan.Tensors.OrderBy(tensor => place[tensor.Entry.Name]).Select(tensor => Copy(tensor, source, resize)).ToList();
        return new LoadReport(source.Path, map.Name, loaded, plan.Ignored, plan.Kept);
    }

    private static LoadedTensor Copy(LoadPlan.PlannedTensor planned, ITensorSource source, PositionTableResize? resize)
    {
        using var scope = NewDisposeScope();
        var (key, whole, entry, isTable, part) = planned;
        var target = part is { } rows ? rows.Of(whole) : whole;
        var values = source.Read(entry.Name);
        if (isTable && resize is not null)
            values = resize(key, values, target.shape);
        if (!values.shape.SequenceEqual(target.shape))
            throw new InvalidOperationException(
                $"{key}: the resizing of position tables gave {ShapeText.Of(values.shape)} where {ShapeText.Of(target.shape)} is needed.");
        target.copy_(values);
        return new LoadedTensor(entry.Name, key, entry.Type, SafetensorsType.Of(target.dtype), entry.Shape, target.shape);
    }
}
