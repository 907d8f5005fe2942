using System.Globalization;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>How a run that was made again compares with the one reported.</summary>
/// <param name="Verdict">In one word.</param>
/// <param name="Lines">What agrees, what differs, number by number.</param>
public sealed record RerunComparison(RerunVerdict Verdict, IReadOnlyList<string> Lines)
{
    /// <summary>Compares. Bit-identical weights and answers are identical; equal answers from other weights are not.</summary>
    /// <param name="reported">The result from the file.</param>
    /// <param name="again">The new one.</param>
    /// <param name="others">
    /// The row's results at other seeds, if the file has any: their spread is the noise that a difference is held against.
    /// </param>
    public static RerunComparison Of(AblationResult reported, AblationResult again, IReadOnlyList<AblationResult> others)
    {
        var lines = new List<string>(Origins(reported, again));
        var (same, withinNoise) = (reported.ModelSha256 == again.ModelSha256, true);
        lines.Add(same ? "weights: identical bit for bit" : "weights: different");
        foreach (var before in reported.Probes)
        {
            var (label, protocol) = (before.Result.Label, before.Readout);
            if (again.Probe(label, protocol) is not { } after)
            {
                (same, withinNoise) = (false, false);
                lines.Add($"{label} ({protocol}): not measured this time");
                continue;
            }
            var difference = after.Result.Top1 - before.Result.Top1;
            var equal = before.Correct == after.Correct;
            same &= equal;
            var (noise, source) = Noise(reported, others, label, protocol, before);
            withinNoise &= Math.Abs(difference) <= noise;
            lines.Add(string.Create(CultureInfo.InvariantCulture,
                $"{label} ({protocol}): reported {100 * before.Result.Top1:0.0}, now {100 * after.Result.Top1:0.0}, difference "
                    + $"{100 * difference:+0.0;-0.0;0.0}; noise {100 * noise:0.0} ({source}){(equal ? "; every answer the same" : "")}"));
        }
        return new(same ? RerunVerdict.Identical : withinNoise ? RerunVerdict.WithinNoise : RerunVerdict.Different, lines);
    }

    private static IEnumerable<string> Origins(AblationResult before, AblationResult after)
    {
        if (before.Hash != after.Hash) yield return "hash: different (configuration, data or the code's numbers have changed)";
        if (before.Config is { } a && after.Config is { } b
            && ConfigDifference.Describe(a, b) is { Length: > 0 } text) yield return $"configuration:\n{text}";
        if (before.DataFingerprint != after.DataFingerprint) yield return $"data: {before.DataFingerprint} -> {after.DataFingerprint}";
        if (before.Code != after.Code) yield return $"code: {before.Code} -> {after.Code}";
        if (before.Hardware != after.Hardware) yield return $"hardware: {before.Hardware} -> {after.Hardware}";
    }

    // Twice the standard deviation over seeds where there are three or more; else the half-width of the reported interval,
    // by the clips that were measured, times the root of two for the difference of two such numbers.
    private static (double Noise, string Source) Noise(
        AblationResult reported, IReadOnlyList<AblationResult> others, string label, string protocol, AblationProbe before)
    {
        var values = others.Append(reported).DistinctBy(r => r.Seed).Select(r => r.Probe(label, protocol)?.Result.Top1).OfType<double>()
            .ToList();
        if (values.Count >= 3) return (2 * Math.Sqrt(2) * StudentT.Deviation(values), $"two deviations over {values.Count} seeds");
        return (Math.Sqrt(2) * (before.Result.Interval.High - before.Result.Interval.Low) / 2,
            "the test clips' interval; the file has too few seeds");
    }
}

/// <summary>How a run that was made again compares with the one reported.</summary>
public enum RerunVerdict
{
    /// <summary>The same weights, bit for bit, and the same answer for every test clip.</summary>
    Identical,

    /// <summary>Not the same, but no further apart than seeds or test clips are.</summary>
    WithinNoise,

    /// <summary>Further apart than that.</summary>
    Different,
}
