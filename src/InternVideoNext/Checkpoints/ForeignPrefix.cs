namespace InternVideoNext.Checkpoints;

/// <summary>What a training wrapper or a larger model put before every name of a checkpoint: <c>module.</c>, <c>_orig_mod.</c>.</summary>
public static class ForeignPrefix
{
    private static readonly string[] Wrappers =
        ["module.", "_orig_mod.", "_forward_module.", "target_encoder.", "encoder.", "backbone.", "student.", "teacher.", "ema.", "model."];

    /// <summary>
    /// The prefix common to all names without which they are of a known kind, or else the first one that a known wrapper makes; null where
    /// there is none, or where the names are known as they are.
    /// </summary>
    /// <param name="names">The tensors' names.</param>
    public static string? Of(IEnumerable<string> names)
    {
        var all = names.ToList();
        if (all.Count == 0 || CheckpointDetector.Detect(all) != CheckpointKind.Unknown) return null;
        string? wrapper = null;
        for (var prefix = NextCommon(all, ""); prefix is not null; prefix = NextCommon(all, prefix))
        {
            if (CheckpointDetector.Detect(all.Select(name => name[prefix.Length..])) != CheckpointKind.Unknown) return prefix;
            if (wrapper is null && Wrappers.Contains(prefix)) wrapper = prefix;
        }
        return wrapper;
    }

    /// <summary>The rest of a sentence that names the prefix and the remedy; empty where there is none.</summary>
    /// <param name="names">The tensors' names.</param>
    internal static string Advice(IEnumerable<string> names) => Of(names) is not { } prefix ? ""
        : $" (every name begins with '{prefix}', which belongs to a training wrapper: save the tensors without it, in Python "
            + $"{{k.removeprefix('{prefix}'): v for k, v in tensors.items()}})";

    private static string? NextCommon(List<string> names, string prefix)
    {
        var end = names[0].IndexOf('.', prefix.Length);
        if (end < 0) return null;
        var longer = names[0][..(end + 1)];
        return names.All(name => name.StartsWith(longer, StringComparison.Ordinal)) ? longer : null;
    }
}
