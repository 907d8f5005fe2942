using InternVideoNext.Probes;
using InternVideoNext.Randomness;

namespace InternVideoNext.Ablations;

/// <summary>The difference of two rows' accuracies on one label, in shares (0.01 is one point), with what is known of its error.</summary>
/// <param name="Difference">First less second, the mean over seeds.</param>
/// <param name="Interval">95 % interval of the difference, by <paramref name="Test"/>.</param>
/// <param name="Seeds">Seeds that both rows were run with.</param>
/// <param name="Test">How the interval was made, in words.</param>
public sealed record AblationComparison(double Difference, ConfidenceInterval Interval, int Seeds, string Test)
{
    // Fewer seeds give no usable interval of their spread.
    private const int SeedsForSpread = 3;
    private const double Level = 0.95;

    /// <summary>True if the first row is surely better, by the interval.</summary>
    public bool FirstIsBetter => Interval.Low > 0;

    /// <summary>True if the second row is surely better, by the interval.</summary>
    public bool SecondIsBetter => Interval.High < 0;

    /// <summary>
    /// Compares two rows on the seeds that both have. From three seeds on: Student's t interval of the seeds' differences. With
    /// fewer: a percentile bootstrap over the test clips that both answered, which knows nothing of the spread over seeds.
    /// </summary>
    /// <param name="first">Results of one row.</param>
    /// <param name="second">Results of the other.</param>
    /// <param name="label">The label.</param>
    /// <param name="protocol">The probe protocol.</param>
    /// <returns>Null where no seed has both.</returns>
    public static AblationComparison? Of(IReadOnlyList<AblationResult> first, IReadOnlyList<AblationResult> second, string label, string protocol)
    {
        var pairs = first.Join(second, r => r.Seed, r => r.Seed, (a, b) => (A: a.Probe(label, protocol), B: b.Probe(label, protocol), a.Seed))
            .Where(p => p.A is not null && p.B is not null).OrderBy(p => p.Seed).ToList();
        if (pairs.Count == 0) return null;
        var differences = pairs.Select(p => p.A!.Result.Top1 - p.B!.Result.Top1).ToList();
        if (pairs.Count >= SeedsForSpread) return new(differences.Average(), StudentT.Interval(differences, Level), pairs.Count, $"t interval over {pairs.Count} seeds");
        var paired = pairs.Where(p => p.A!.Correct.Length == p.B!.Correct.Length).ToList();
        if (paired.Count < pairs.Count) return new(differences.Average(), new ConfidenceInterval(-1, 1, Level), pairs.Count, "none: the rows were measured on different clips");
        var answers = paired.SelectMany(p => p.A!.Correct.Zip(p.B!.Correct)).ToList();
        var random = new DeterministicRandom(SeedSequence.Derive(0, (ulong)answers.Count));
        var interval = Confidence.PairedBootstrap([.. answers.Select(a => a.First == '1')], [.. answers.Select(a => a.Second == '1')], random, level: Level);
        return new(differences.Average(), interval, pairs.Count, $"bootstrap over the test clips of {(pairs.Count == 1 ? "one seed" : $"{pairs.Count} seeds")}");
    }
}
