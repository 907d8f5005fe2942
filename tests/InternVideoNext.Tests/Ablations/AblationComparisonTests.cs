using InternVideoNext.Ablations;

namespace InternVideoNext.Tests.Ablations;

public sealed class AblationComparisonTests
{
    [Fact]
    public void Interval_KnownSample_IsStudents()
    {
        // Mean 2, deviation 1, n = 3: 2 -+ 4.303 / sqrt(3).
        var interval = StudentT.Interval([1.0, 2.0, 3.0], 0.95);
        Assert.Equal(2 - (4.303 / Math.Sqrt(3)), interval.Low, 9);
        Assert.Equal(2 + (4.303 / Math.Sqrt(3)), interval.High, 9);
    }

    [Fact]
    public void Of_FiveSeedsAlwaysBetter_IsDecidedBySeeds()
    {
        var comparison = AblationComparison.Of(Rows("a", 80, 82, 81, 80, 82), Rows("b", 60, 61, 62, 61, 61), "motion", "mini")!;
        Assert.True(comparison.FirstIsBetter);
        Assert.False(comparison.SecondIsBetter);
        Assert.Equal(0.20, comparison.Difference, 9);
        Assert.Contains("5 seeds", comparison.Test, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FourSeedsAlwaysBetter_HasAnIntervalButDecidesNothing()
    {
        var comparison = AblationComparison.Of(Rows("a", 80, 82, 81, 80), Rows("b", 60, 61, 62, 61), "motion", "mini")!;
        Assert.True(comparison.Interval!.Value.Low > 0);
        Assert.False(comparison.FirstIsBetter || comparison.SecondIsBetter);
        Assert.Contains("too few", comparison.Test, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_FiveSeedsThatDisagree_IsUndecided()
    {
        var comparison = AblationComparison.Of(Rows("a", 80, 60, 70, 80, 60), Rows("b", 60, 80, 70, 60, 80), "motion", "mini")!;
        Assert.False(comparison.FirstIsBetter || comparison.SecondIsBetter);
    }

    [Fact]
    public void Of_OneSeed_HasNoIntervalAndDecidesNothing()
    {
        var comparison = AblationComparison.Of(Rows("a", 10), Rows("b", 90), "motion", "mini")!;
        Assert.Null(comparison.Interval);
        Assert.False(comparison.FirstIsBetter || comparison.SecondIsBetter);
        Assert.Contains("one seed", comparison.Test, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoCommonSeed_IsNull() => Assert.Null(AblationComparison.Of(Rows("a", 50), [Row("b", 7, 50)], "motion", "mini"));

    [Theory]
    [InlineData(90, 40, Verdict.Holds)]
    [InlineData(40, 90, Verdict.Fails)]
    [InlineData(60, 60, Verdict.Undecided)]
    public void Judge_AClaim_FollowsTheInterval(int better, int worse, Verdict expected)
    {
        var claim = AblationClaims.All.Single(c => c.Id == "stage2" && c.Label == "motion");
        var results = Rows("stage2", better, better + 1, better, better, better)
            .Concat(Rows("align-diffusion", worse, worse, worse + 1, worse, worse)).ToList();
        Assert.Equal(expected, claim.Judge(results, "mini").Verdict);
        Assert.Equal(21.5, claim.Reported!.Value, 9);
        Assert.Equal(Verdict.TooFewSeeds, claim.Judge([.. results.Where(r => r.Seed < 4)], "mini").Verdict);
    }

    [Fact]
    public void Judge_MissingRow_IsNotRun() => Assert.Equal(Verdict.NotRun, AblationClaims.All[0].Judge([], "mini").Verdict);

    [Fact]
    public void Rerun_SameWeightsAndAnswers_IsIdentical()
    {
        var row = Row("align", 1, 70);
        Assert.Equal(RerunVerdict.Identical, RerunComparison.Of(row, row with { Finished = DateTimeOffset.MaxValue }, []).Verdict);
    }

    [Fact]
    public void Rerun_AnotherNumber_IsHeldAgainstTheSpreadOfSeeds()
    {
        var (reported, others) = (Row("align", 1, 70), new[] { Row("align", 2, 71), Row("align", 3, 69) });
        Assert.Equal(
            RerunVerdict.WithinNoise, RerunComparison.Of(reported, Row("align", 1, 72) with { ModelSha256 = "other" }, others).Verdict);
        var far = RerunComparison.Of(reported, Row("align", 1, 85) with { ModelSha256 = "other", Code = "2" }, others);
        Assert.Equal(RerunVerdict.Different, far.Verdict);
        Assert.Contains(far.Lines, line => line.Contains("code", StringComparison.Ordinal));
    }

    private static List<AblationResult> Rows(string id, params int[] right) => [.. right.Select((r, seed) => Row(id, (ulong)seed, r))];

    private static AblationResult Row(string id, ulong seed, int right) => MadeUpResult.Of(id, seed, ("mini", right));
}
