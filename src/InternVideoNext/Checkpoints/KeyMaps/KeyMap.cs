namespace InternVideoNext.Checkpoints;

/// <summary>
/// The names of a foreign checkpoint format against ours, as an ordered table: in each direction the first rule that matches decides.
/// The map is total: a name that no rule matches is an error of loading or exporting, never skipped in silence.
/// </summary>
/// <param name="Name">The format's name, for reports and errors.</param>
/// <param name="Rules">The table.</param>
public sealed record KeyMap(string Name, IReadOnlyList<KeyRule> Rules)
{
    /// <summary>Foreign name to ours.</summary>
    public KeyMatch Import(string foreign) => Find(foreign, rule => rule.Foreign, rule => rule.Ours);

    /// <summary>Our name to the foreign one. Rules that keep a tensor speak only where no other rule gives it a name.</summary>
    public KeyMatch Export(string ours)
    {
        var named = Find(ours, rule => rule.Foreign is null ? null : rule.Ours, rule => rule.Foreign);
        return named.IsUnknown ? new KeyMatch(FindKeep(ours), null) : named;
    }

    /// <summary>Our name to every foreign one: several where the format has our tensor in parts, in the order of the parts.</summary>
    internal IReadOnlyList<KeyMatch> ExportParts(string ours)
    {
        var first = Export(ours);
        if (first.Rule?.Part is null) return [first];
        return
        [
            .. Rules.Where(rule => rule.Part is not null)
                .Select(rule => new KeyMatch(rule, rule.Ours!.Match(ours) is { } values ? rule.Foreign!.Fill(values) : null))
                .Where(match => match.Key is not null)
                .DistinctBy(match => match.Rule!.Part)
                .OrderBy(match => match.Rule!.Part!.Value.Index),
        ];
    }

    /// <summary>The same map with other rules in front, so that they decide first.</summary>
    /// <param name="name">The new map's name.</param>
    /// <param name="rules">Rules to put in front.</param>
    public KeyMap With(string name, params IEnumerable<KeyRule> rules) => new(name, [.. rules, .. Rules]);

    /// <summary>The rule that lets a source lack this tensor of ours, or null.</summary>
    internal KeyRule? FindKeep(string ours) => Rules.FirstOrDefault(rule => rule.Foreign is null && rule.Ours!.Match(ours) is not null);

    private KeyMatch Find(string name, Func<KeyRule, KeyTemplate?> from, Func<KeyRule, KeyTemplate?> to)
    {
        foreach (var rule in Rules)
        {
            if (from(rule)?.Match(name) is { } values)
                return new KeyMatch(rule, to(rule)?.Fill(values));
        }

        return default;
    }
}

/// <summary>What a key map says of one name.</summary>
/// <param name="Rule">The first rule that matches, or null if none does.</param>
/// <param name="Key">The name on the other side, or null if the other side has none.</param>
public readonly record struct KeyMatch(KeyRule? Rule, string? Key)
{
    /// <summary>Whether no rule matches: an unexpected name.</summary>
    public bool IsUnknown => Rule is null;
}
