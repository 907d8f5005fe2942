using InternVideoNext.Probes;

namespace InternVideoNext.Ablations;

/// <summary>
/// The difference of two rows' accuracies on one label by one readout, in shares (0.01 is one point), paired by seed. What is
/// uncertain about it is what another seed (data, weights, draws) would give; the test clips of one seed say nothing of that.
/// </summary>
/// <param name="Difference">First less second, the mean over seeds.</param>
/// <param name="Interval">Student's 95 % interval over the seeds' differences; null with one seed.</param>
/// <param name="Seeds">Seeds that both rows were run with.</param>
public sealed record AblationComparison(double Difference, ConfidenceInterval? Interval, int Seeds)
{
    /// <summary>With fewer seeds nothing is decided.</summary>
    public const int SeedsForVerdict = 5;

    private const double Level = 0.95;

    /// <summary>True if the first row is surely better: the interval lies above 0, over enough seeds.</summary>
    public bool FirstIsBetter => Decides && Interval!.Value.Low > 0;

    /// <summary>True if the second row is surely better: the interval lies below 0, over enough seeds.</summary>
    public bool SecondIsBetter => Decides && Interval!.Value.High < 0;

    /// <summary>Whether there are seeds enough for a verdict.</summary>
    public bool Decides => Seeds >= SeedsForVerdict;

    /// <summary>How the interval was made, in words.</summary>
    public string Test => Seeds switch
    {
        1 => "one seed: no interval",
        < SeedsForVerdict => $"t interval over {Seeds} seeds: too few for a verdict",
        _ => $"t interval over {Seeds} seeds",
    };

    /// <summary>Compares two rows on the seeds that both have.</summary>
    /// <param name="first">Results of one row.</param>
    /// <param name="second">Results of the other.</param>
    /// <param name="label">The label.</param>
    /// <param name="readout">The readout's name (<see cref="AblationReadout.Name"/>).</param>
    /// <returns>Null where no seed has both.</returns>
    public static AblationComparison? Of(
        IReadOnlyList<AblationResult> first, IReadOnlyList<AblationResult> second, string label, string readout)
    {
        var differences = first.Join(
            second, r => r.Seed, r => r.Seed, (a, b) => (a.Seed, A: a.Probe(label, readout), B: b.Probe(label, readout)))
            .Where(p => p.A is not null && p.B is not null).OrderBy(p => p.Seed).Select(p => p.A!.Result.Top1 - p.B!.Result.Top1).ToList();
        if (differences.Count == 0) return null;
        return new(differences.Average(), differences.Count > 1 ? StudentT.Interval(differences, Level) : null, differences.Count);
    }
}
