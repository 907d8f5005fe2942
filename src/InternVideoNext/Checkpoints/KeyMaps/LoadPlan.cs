using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// Which of a source's tensors goes where in a module, and everything that stands against it. Making it reads and changes no tensor.
/// </summary>
internal sealed class LoadPlan
{
    private readonly List<CheckpointMismatch> _mismatches = [];
    private readonly bool _canResize;

    private LoadPlan(bool canResize) => _canResize = canResize;

    /// <summary>Target tensor, its name, the source's entry and the rule.</summary>
    public List<PlannedTensor> Tensors { get; } = [];

    /// <summary>The source's tensors left out.</summary>
    public List<SkippedTensor> Ignored { get; } = [];

    /// <summary>The module's tensors left alone.</summary>
    public List<SkippedTensor> Kept { get; } = [];

    /// <summary>Every fault, by kind.</summary>
    public IReadOnlyList<CheckpointMismatch> Mismatches => [.. _mismatches.OrderBy(mismatch => mismatch.Kind)];

    /// <summary>Matches a source against a module's tensors.</summary>
    public static LoadPlan Make(ITensorSource source, IReadOnlyDictionary<string, Tensor> targets, KeyMap map, bool canResize)
    {
        var plan = new LoadPlan(canResize);
        var found = plan.MatchSource(source, targets, map);
        foreach (var (key, target) in targets)
        {
            if (!found.TryGetValue(key, out var candidates))
                plan.AddUnmatched(key, target, map);
            else if (candidates.Any(candidate => candidate.Rule.Part is null))
                plan.AddTarget(key, target, candidates);
            else
                plan.AddParts(key, target, candidates, map);
        }

        return plan;
    }

    private Dictionary<string, List<(SafetensorsEntry Entry, KeyRule Rule)>> MatchSource(
        ITensorSource source, IReadOnlyDictionary<string, Tensor> targets, KeyMap map)
    {
        var found = new Dictionary<string, List<(SafetensorsEntry, KeyRule)>>(StringComparer.Ordinal);
        foreach (var (name, entry) in source.Entries)
        {
            var match = map.Import(name);
            if (match.IsUnknown)
                AddMismatch(MismatchKind.Unexpected, name, $"{entry.Description} (no rule of the key map has this name)");
            else if (match.Key is not { } key)
                Ignored.Add(new SkippedTensor(name, match.Rule!.Reason!));
            else if (!targets.ContainsKey(key))
                AddMismatch(
                    MismatchKind.Unexpected, name,
                    $"{entry.Description} ({(key == name ? "the module has no such tensor" : $"the module has no {key}")})");
            else if (found.TryGetValue(key, out var others))
                others.Add((entry, match.Rule!));
            else
                found[key] = [(entry, match.Rule!)];
        }

        return found;
    }

    private void AddTarget(string key, Tensor target, List<(SafetensorsEntry Entry, KeyRule Rule)> candidates)
    {
        var (entry, rule) = candidates[0];
        var isTable = rule.Transform == KeyTransform.PositionTable;
        var shape = ShapeOf(target, rule.Part);
        if (candidates.Count > 1)
            AddMismatch(
                MismatchKind.DoublyMatched, key + rule.Part,
                $"{ShapeText.Of(shape)} from "
                + $"{string.Join(" and ", candidates.Select(candidate => $"{candidate.Entry.Name} {candidate.Entry.Description}"))}");
        else if (entry.Type.Torch is null || entry.Type.IsFloat != SafetensorsType.Of(target.dtype).IsFloat)
            AddMismatch(
                MismatchKind.Mistyped, key + rule.Part,
                $"{SafetensorsType.Of(target.dtype)}{ShapeText.Of(shape)} from {entry.Name} {entry.Description}");
        else if (entry.Shape.SequenceEqual(shape) || (isTable && _canResize && IsResizable(entry.Shape, shape)))
            Tensors.Add(new PlannedTensor(key, target, entry, isTable, rule.Part));
        else
            AddMismatch(
                MismatchKind.Misshapen, key + rule.Part,
                $"{ShapeText.Of(shape)} from {entry.Name} {entry.Description}"
                + (isTable && !_canResize && IsResizable(entry.Shape, shape)
                    ? " (a position table: give the loader a PositionTableResize)" : ""));
    }

    // Each part is one tensor of the source, no more and no less.
    private void AddParts(string key, Tensor target, List<(SafetensorsEntry Entry, KeyRule Rule)> candidates, KeyMap map)
    {
        var given = candidates.ToLookup(candidate => candidate.Rule.Part);
        foreach (var part in given) AddTarget(key, target, [.. part]);
        foreach (var match in map.ExportParts(key).Where(match => !given.Contains(match.Rule!.Part))) AddMissing(key, target, match);
    }

    private void AddUnmatched(string key, Tensor target, KeyMap map)
    {
        if (map.FindKeep(key) is { } keep)
        {
            Kept.Add(new SkippedTensor(key, keep.Reason!));
            return;
        }

        foreach (var match in map.ExportParts(key)) AddMissing(key, target, match);
    }

    private void AddMissing(string key, Tensor target, KeyMatch match)
    {
        var expected = match.Key is null || match.Key == key ? "" : $" (expected under the name {match.Key})";
        AddMismatch(MismatchKind.Missing, key + match.Rule?.Part, $"{ShapeText.Of(ShapeOf(target, match.Rule?.Part))}{expected}");
    }

    private static long[] ShapeOf(Tensor target, RowPart? part) =>
        part is { } rows ? [target.size(0) / rows.Count, .. target.shape.Skip(1)] : target.shape;

    private static bool IsResizable(IReadOnlyList<long> from, long[] to) =>
        from.Count == to.Length && to.Length >= 2 && from[^1] == to[^1] && from.SkipLast(2).SequenceEqual(to.SkipLast(2));

    private void AddMismatch(MismatchKind kind, string key, string detail) =>
        _mismatches.Add(new CheckpointMismatch(kind, SafetensorsException.Shorten(key), detail));

    /// <summary>One tensor to be copied.</summary>
    internal sealed record PlannedTensor(string Key, Tensor Target, SafetensorsEntry Entry, bool IsPositionTable, RowPart? Part);
}
