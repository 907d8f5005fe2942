namespace InternVideoNext.Probes;

/// <summary>Refusals of input that a protocol cannot use.</summary>
internal static class ProbeChecks
{
    public static void Sets(ProbeProtocol protocol, int classes, FeatureSet train, FeatureSet test, FeatureSet? validation)
    {
        Set("train", protocol, classes, train, train);
        Set("test", protocol, classes, test, train);
        if (validation is not null) Set("validation", protocol, classes, validation, train);
        Disjoint("test", test, train);
        if (validation is null) return;
        Disjoint("validation", validation, train);
        Disjoint("validation", validation, test);
    }

    /// <summary>
    /// The starting probe and its class layer's row of each of <paramref name="classes"/>; null if the protocol starts afresh.
    /// </summary>
    public static ProbeStart? Start(ProbeProtocol protocol, IReadOnlyList<string> classes, TrainedProbe? start)
    {
        if (protocol.StartsFrom is null)
        {
            if (start is not null) throw new ArgumentException(
                $"protocol '{protocol.Name}' starts afresh: leave the starting probe out.", nameof(start));
            return null;
        }
        if (start is null || start.Protocol != protocol.StartsFrom || start.Probe.Kind != protocol.Kind)
        {
            throw new ArgumentException(
                $"protocol '{protocol.Name}' goes on from a probe of '{protocol.StartsFrom}', but "
                    + $"{(start is null ? "none was given" : $"one of '{start.Protocol}' was")}.", nameof(start));
        }
        var missing = classes.Where(name => !start.Classes.Contains(name)).ToArray();
        if (missing.Length > 0)
            throw new ArgumentException(
                $"the starting probe lacks {missing.Length} classes of label '{start.Label}', the first is '{missing[0]}'.", nameof(start));
        return new ProbeStart(start.Probe, [.. classes.Select(name => (long)start.Classes.ToList().IndexOf(name))]);
    }

    private static void Set(string name, ProbeProtocol protocol, int classes, FeatureSet set, FeatureSet train)
    {
        if (set.Rows == 0) throw new ArgumentException($"{name}: the set has no rows.");
        set.CheckLabels(classes, name);
        if (set.Width != train.Width) throw new ArgumentException($"{name}: features are {set.Width} wide, those of train {train.Width}.");
        if (protocol.Kind != ProbeKind.Attentive) return;
        if (!set.HasTokens) throw new ArgumentException(
            $"{name}: protocol '{protocol.Name}' pools tokens by attention: give [n, N, C] features, not pooled ones.");
        if (set.Width % protocol.Heads != 0)
            throw new ArgumentException(
                $"{name}: tokens are {set.Width} wide, which {protocol.Heads} heads don't divide: set heads of protocol "
                + $"'{protocol.Name}'.");
    }

    private static void Disjoint(string name, FeatureSet set, FeatureSet other)
    {
        var known = new HashSet<string>(other.ClipNames, StringComparer.Ordinal);
        var shared = set.ClipNames.FirstOrDefault(known.Contains);
        if (shared is not null) throw new ArgumentException(
            $"{name}: clip '{shared}' is in another split too: splits must not share clips.");
    }
}
