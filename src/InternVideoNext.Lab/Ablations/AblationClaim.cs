namespace InternVideoNext.Ablations;

/// <summary>An ordering of two rows that the paper claims, on one label.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Text">The claim, in words.</param>
/// <param name="Better">Id of the row that should be better.</param>
/// <param name="Worse">Id of the row that should be worse.</param>
/// <param name="Label">The label it is judged on, by that label's fixed readout (<see cref="AblationSettings.ReadoutFor"/>).</param>
public sealed record AblationClaim(string Id, string Text, string Better, string Worse, string Label)
{
    /// <summary>The paper's difference in points; null where it reports none of the two.</summary>
    public double? Reported
    {
        get
        {
            var (better, worse) = (AblationRows.Find(Better).Reported, AblationRows.Find(Worse).Reported);
            if (better is null || worse is null) return null;
            return Label == AblationClaims.Appearance ? better.Appearance - worse.Appearance : better.Motion - worse.Motion;
        }
    }

    /// <summary>Judges it by the 95 % interval of the difference over seeds (<see cref="AblationComparison"/>).</summary>
    /// <param name="results">All results.</param>
    /// <param name="readout">The readout's name.</param>
    public (Verdict Verdict, AblationComparison? Comparison) Judge(IReadOnlyList<AblationResult> results, string readout)
    {
        var comparison = AblationComparison.Of(
            [.. results.Where(r => r.Row == Better)], [.. results.Where(r => r.Row == Worse)], Label, readout);
        var verdict = comparison switch
        {
            null => Verdict.NotRun,
            { Decides: false } => Verdict.TooFewSeeds,
            { FirstIsBetter: true } => Verdict.Holds,
            { SecondIsBetter: true } => Verdict.Fails,
            _ => Verdict.Undecided,
        };
        return (verdict, comparison);
    }
}

/// <summary>What the runs say of an ordering.</summary>
public enum Verdict
{
    /// <summary>A row of it has no result.</summary>
    NotRun,

    /// <summary>The interval of the difference lies above 0.</summary>
    Holds,

    /// <summary>The interval lies below 0: the order is the other way round here.</summary>
    Fails,

    /// <summary>The interval holds 0.</summary>
    Undecided,

    /// <summary>Fewer than <see cref="AblationComparison.SeedsForVerdict"/> seeds have both rows.</summary>
    TooFewSeeds,
}
