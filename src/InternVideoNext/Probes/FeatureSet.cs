using static TorchSharp.torch;

namespace InternVideoNext.Probes;

// Shapes: n rows (views of clips), N tokens, C token width, D feature width.

/// <summary>
/// The frozen features of one split with their labels: what a probe trains on or is measured on. A row is one view
/// of a clip; rows that share a clip id are views of the same clip, whose class probabilities are averaged at test time
/// and which never fall on both sides of a validation split. The set owns its tensor: dispose it.
/// </summary>
public sealed class FeatureSet : IDisposable
{
    /// <summary>Takes over <paramref name="features"/> (out of every dispose scope).</summary>
    /// <param name="features">[n, D] pooled features or [n, N, C] tokens, float32 on the CPU.</param>
    /// <param name="labels">Class index of each row, all rows of one clip alike.</param>
    /// <param name="clipIds">The manifest's clip id of each row.</param>
    /// <param name="expected">Clips that the split lists; more than are present if some could not be read.</param>
    /// <param name="origin">How the features were made.</param>
    /// <exception cref="ArgumentException">Wrong shape, type or device; a value that is not finite; counts that differ; a
    /// negative label; views of one clip with different labels; more clips than expected.</exception>
    public FeatureSet(
        Tensor features, IReadOnlyList<int> labels, IReadOnlyList<string> clipIds, int expected,
            FeatureOrigin origin = FeatureOrigin.Cached)
    {
        CheckTensor(features);
        if (labels.Count != features.size(0) || clipIds.Count != features.size(0))
        {
            throw new ArgumentException(
                $"features have {features.size(0)} rows, but there are {labels.Count} labels and {clipIds.Count} clip ids: give one of "
                    + "each per row.",
                nameof(labels));
        }
        Labels = labels;
        ClipIds = clipIds;
        Expected = expected;
        Origin = origin;
        CheckFinite(features, clipIds);
        (ClipOfRow, ClipLabels, ClipNames) = Group(labels, clipIds);
        if (ClipLabels.Count > expected)
            throw new ArgumentException(
                $"expected is {expected}, but the set holds {ClipLabels.Count} clips: count the split's entries.", nameof(expected));
        Features = features.DetachFromDisposeScope();
    }

    /// <summary>[n, D] or [n, N, C], float32 on the CPU.</summary>
    public Tensor Features { get; }

    /// <summary>Class index of each row.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Clip id of each row.</summary>
    public IReadOnlyList<string> ClipIds { get; }

    /// <summary>Clips that the split lists.</summary>
    public int Expected { get; }

    /// <summary>How the features were made.</summary>
    public FeatureOrigin Origin { get; }

    /// <summary>Rows, n.</summary>
    public int Rows => Labels.Count;

    /// <summary>Distinct clips.</summary>
    public int Clips => ClipLabels.Count;

    /// <summary>Width of a feature or of a token.</summary>
    public long Width => Features.size(-1);

    /// <summary>True if the rows are token sequences, [n, N, C].</summary>
    public bool HasTokens => Features.dim() == 3;

    /// <summary>For each row, the number of its clip in order of first appearance.</summary>
    internal IReadOnlyList<int> ClipOfRow { get; }

    /// <summary>Label of each clip, in order of first appearance.</summary>
    internal IReadOnlyList<int> ClipLabels { get; }

    /// <summary>Id of each clip, in order of first appearance.</summary>
    internal IReadOnlyList<string> ClipNames { get; }

    /// <summary>The same rows with token sequences replaced by their mean: a new set that owns its own tensor.</summary>
    public FeatureSet MeanPooled()
    {
        var pooled = HasTokens ? Features.mean([1]) : Features.clone();
        return new FeatureSet(pooled, Labels, ClipIds, Expected, Origin);
    }

    /// <inheritdoc/>
    public void Dispose() => Features.Dispose();

    /// <summary>The features of some rows on a device, in the order given.</summary>
    internal Tensor Take(ReadOnlySpan<int> rows, Device device)
    {
        using var index = tensor(ToInt64(rows));
        var taken = Features.index_select(0, index);
        if (taken.device_type == device.type) return taken;
        using (taken) return taken.to(device);
    }

    /// <summary>The labels of some rows, [rows] int64.</summary>
    internal Tensor TakeLabels(ReadOnlySpan<int> rows, Device device)
    {
        var labels = new long[rows.Length];
        for (var i = 0; i < rows.Length; i++) labels[i] = Labels[rows[i]];
        return tensor(labels, device: device);
    }

    internal void CheckLabels(int classes, string name)
    {
        for (var i = 0; i < Rows; i++)
        {
            if (Labels[i] >= classes)
                throw new ArgumentException(
                    $"{name}: clip '{ClipIds[i]}' has label {Labels[i]}, but the label's class list has {classes} entries.");
        }
    }

    private static long[] ToInt64(ReadOnlySpan<int> values)
    {
        var copy = new long[values.Length];
        for (var i = 0; i < values.Length; i++) copy[i] = values[i];
        return copy;
    }

    private static void CheckTensor(Tensor features)
    {
        if (features.dim() is not (2 or 3) || features.dtype != float32 || features.device_type != TorchSharp.DeviceType.CPU)
        {
            throw new ArgumentException(
                $"features are [{string.Join(", ", features.shape)}] {features.dtype} on {features.device}; give [n, D] or [n, N, C] in "
                    + "float32 on the CPU.",
                nameof(features));
        }
    }

    private static void CheckFinite(Tensor features, IReadOnlyList<string> ids)
    {
        using var scope = NewDisposeScope();
        // A sum is finite only if all its terms are, but may overflow: then the slow look decides.
        if (double.IsFinite(features.sum(float64).item<double>())) return;
        var broken = features.isfinite().reshape(features.size(0), -1).all(1).logical_not().nonzero();
        if (broken.size(0) > 0)
            throw new ArgumentException(
                $"features of clip '{ids[(int)broken[0, 0].item<long>()]}' and {broken.size(0) - 1} other rows are not finite: the "
                + "encoder diverged, or its precision overflows.", nameof(features));
    }

    private static (int[] ClipOfRow, IReadOnlyList<int> ClipLabels, IReadOnlyList<string> ClipNames) Group(
        IReadOnlyList<int> labels, IReadOnlyList<string> ids)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var clipOfRow = new int[ids.Count];
        var clipLabels = new List<int>();
        var names = new List<string>();
        for (var i = 0; i < ids.Count; i++)
        {
            if (labels[i] < 0)
                throw new ArgumentException(
                    $"clip '{ids[i]}' has label {labels[i]}: leave unlabelled clips out of the set.", nameof(labels));
            if (!numbers.TryGetValue(ids[i], out var clip))
            {
                clip = numbers[ids[i]] = clipLabels.Count;
                clipLabels.Add(labels[i]);
                names.Add(ids[i]);
            }
            if (clipLabels[clip] != labels[i])
                throw new ArgumentException(
                    $"clip '{ids[i]}' has labels {clipLabels[clip]} and {labels[i]}: all views of a clip need the same one.",
                    nameof(labels));
            clipOfRow[i] = clip;
        }
        return (clipOfRow, clipLabels, names);
    }
}
