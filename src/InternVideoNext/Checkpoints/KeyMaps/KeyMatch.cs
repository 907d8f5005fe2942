namespace InternVideoNext.Checkpoints;

/// <summary>What a key map says of one name.</summary>
/// <param name="Rule">The first rule that matches, or null if none does.</param>
/// <param name="Key">The name on the other side, or null if the other side has none.</param>
public readonly record struct KeyMatch(KeyRule? Rule, string? Key)
{
    /// <summary>Whether no rule matches: an unexpected name.</summary>
    public bool IsUnknown => Rule is null;
}
