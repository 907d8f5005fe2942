namespace InternVideoNext.Checkpoints;

/// <summary>
/// One line of a <see cref="KeyMap"/>: foreign names against ours, or names that one side has and the other hasn't, with the reason.
/// Patterns match whole names: <c>{i}</c> (any single letter) stands for an index, <c>{rest}</c> at the end for one or more characters.
/// </summary>
public sealed class KeyRule
{
    private KeyRule(string? foreign, string? ours, KeyTransform transform, string? reason)
    {
        Foreign = foreign is null ? null : new KeyTemplate(foreign);
        Ours = ours is null ? null : new KeyTemplate(ours);
        Transform = transform;
        Reason = reason;
        if (Foreign is not null && Ours is not null
            && !Foreign.Placeholders.Order(StringComparer.Ordinal).SequenceEqual(Ours.Placeholders.Order(StringComparer.Ordinal)))
            throw new ArgumentException($"key rule '{foreign}' <-> '{ours}': both sides need the same placeholders.", nameof(foreign));
    }

    /// <summary>The foreign pattern, or null for names that the foreign format lacks.</summary>
    public string? ForeignPattern => Foreign?.Pattern;

    /// <summary>Our pattern, or null for names that our module lacks.</summary>
    public string? OurPattern => Ours?.Pattern;

    /// <summary>What may happen to the tensor.</summary>
    public KeyTransform Transform { get; }

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

    /// <summary>Foreign tensors that the module doesn't take.</summary>
    /// <param name="foreign">Pattern of the foreign names.</param>
    /// <param name="reason">Why not, for the report.</param>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    public static KeyRule Ignore(string foreign, string reason) => new(foreign, null, KeyTransform.None, reason);

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
        (not null, not null) => $"{ForeignPattern} <-> {OurPattern}{(Transform == KeyTransform.None ? "" : $" ({Transform})")}",
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
