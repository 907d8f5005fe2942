using static TorchSharp.torch;

namespace InternVideoNext.Checkpoints;

/// <summary>
/// One line of a <see cref="KeyMap"/>: foreign names against ours, or names that one side has and the other hasn't, with the reason.
/// Patterns match whole names: <c>{i}</c> (any single letter) stands for an index, <c>{rest}</c> at the end for one or more characters.
/// </summary>
public sealed class KeyRule
{
    private KeyRule(string? foreign, string? ours, KeyTransform transform, string? reason, RowPart? part = null)
        : this(foreign is null ? null : new KeyTemplate(foreign), ours is null ? null : new KeyTemplate(ours), transform, reason)
    {
        Part = part;
        if (Foreign is not null && Ours is not null
            && !Foreign.Placeholders.Order(StringComparer.Ordinal).SequenceEqual(Ours.Placeholders.Order(StringComparer.Ordinal)))
            throw new ArgumentException($"key rule '{foreign}' <-> '{ours}': both sides need the same placeholders.", nameof(foreign));
    }

    private KeyRule(KeyTemplate? foreign, KeyTemplate? ours, KeyTransform transform, string? reason)
    {
        Foreign = foreign;
        Ours = ours;
        Transform = transform;
        Reason = reason;
    }

    /// <summary>The foreign pattern, or null for names that the foreign format lacks.</summary>
    public string? ForeignPattern => Foreign?.Pattern;

    /// <summary>Our pattern, or null for names that our module lacks.</summary>
    public string? OurPattern => Ours?.Pattern;

    /// <summary>What may happen to the tensor.</summary>
    public KeyTransform Transform { get; }

    /// <summary>The rows of ours that the foreign tensor is; null for all.</summary>
    public RowPart? Part { get; }

    /// <summary>Why one side has no such tensor; null if both have.</summary>
    public string? Reason { get; }

    internal KeyTemplate? Foreign { get; }

    internal KeyTemplate? Ours { get; }

    /// <summary>The same tensor under two names.</summary>
    /// <param name="foreign">Pattern of the foreign names.</param>
    /// <param name="ours">Pattern of ours, with the same placeholders.</param>
    /// <exception cref="ArgumentException">A pattern is malformed, or the placeholders differ.</exception>
    public static KeyRule Map(string foreign, string ours) => new(foreign, ours, KeyTransform.None, null);

    /// <summary>The same table of positions under two names: resized on loading where the sizes differ.</summary>
    /// <param name="foreign">Pattern of the foreign names.</param>
    /// <param name="ours">Pattern of ours.</param>
    /// <exception cref="ArgumentException">A pattern is malformed, or the placeholders differ.</exception>
    public static KeyRule PositionTable(string foreign, string ours) => new(foreign, ours, KeyTransform.PositionTable, null);

    /// <summary>
    /// A foreign tensor that is one of several equal parts of the rows of ours, as separate projections are of a fused one.
    /// </summary>
    /// <param name="foreign">Pattern of the foreign names.</param>
    /// <param name="ours">Pattern of ours, with the same placeholders.</param>
    /// <param name="part">Which part.</param>
    /// <exception cref="ArgumentException">A pattern is malformed, or the placeholders differ.</exception>
    public static KeyRule MapRows(string foreign, string ours, RowPart part) => new(foreign, ours, KeyTransform.None, null, part);

    /// <summary>Foreign tensors that the module doesn't take.</summary>
    /// <param name="foreign">Pattern of the foreign names.</param>
    /// <param name="reason">Why not, for the report.</param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    public static KeyRule Ignore(string foreign, string reason) => new(foreign, null, KeyTransform.None, reason);

    /// <summary>Foreign tensors whose names do not begin with a prefix: another part of a larger file.</summary>
    /// <param name="prefix">What the names of interest begin with.</param>
    /// <param name="reason">Why the others are not taken, for the report.</param>
    public static KeyRule IgnoreOutside(string prefix, string reason) =>
        new(KeyTemplate.Outside(prefix), null, KeyTransform.None, reason);

    /// <summary>
    /// Tensors of the module that the foreign file needn't have: they keep their values on loading and are left out of an export.
    /// </summary>
    /// <param name="ours">Pattern of our names.</param>
    /// <param name="reason">Why, for the report.</param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    public static KeyRule Keep(string ours, string reason) => new(null, ours, KeyTransform.None, reason);

    /// <summary>The rule as a line of the table.</summary>
    public override string ToString() => (Foreign, Ours) switch
    {
        (not null, not null) => $"{ForeignPattern} <-> {OurPattern}{Part}{(Transform == KeyTransform.None ? "" : $" ({Transform})")}",
        (not null, null) => $"{ForeignPattern} ignored: {Reason}",
        _ => $"{OurPattern} kept: {Reason}",
    };
}

/// <summary>What may happen to a tensor between a foreign file and our module, beside the conversion of its element type.</summary>
public enum KeyTransform
{
    /// <summary>Nothing: the shapes agree exactly.</summary>
    None,

    /// <summary>It is a table of positions, resized to the module's clips if they have another frame count or grid.</summary>
    PositionTable,
}

/// <summary>One of several equal parts of a tensor's rows.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">Parts in all.</param>
public readonly record struct RowPart(int Index, int Count)
{
    /// <summary>That part of a tensor, sharing its memory.</summary>
    internal Tensor Of(Tensor whole) => whole.narrow(0, Index * whole.size(0) / Count, whole.size(0) / Count);

    /// <summary>As it stands behind a name, for example <c> (part 1 of 3)</c>.</summary>
    public override string ToString() => $" (part {Index + 1} of {Count})";
}
