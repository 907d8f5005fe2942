using InternVideoNext.Ablations;
using InternVideoNext.Cli.Ablate;

namespace InternVideoNext.Tests.Cli.Ablate;

public sealed class AblationEstimateTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1, 6)] // one after the other
    [InlineData(2, 3)] // shared out
    [InlineData(6, 2)] // no shorter than a Stage 2 and the Stage 1 it waits for
    public void Span_SeveralRows_IsTheirShareOrTheLongestChain(int jobs, int minutes)
    {
        var plan = Plan("pixel-linear", "align", "align-linear", "raw-pixels", "align-diffusion", "stage2");
        Assert.Equal(Minute * minutes, AblationEstimate.Span(plan.Runs, jobs, _ => Minute));
    }

    [Fact]
    public void Span_OneRun_IsNotSharedOut() => Assert.Equal(Minute, AblationEstimate.Span(Plan("align").Runs, jobs: 8, _ => Minute));

    [Fact]
    public void Span_NothingLeft_IsZero() => Assert.Equal(TimeSpan.Zero, AblationEstimate.Span([], jobs: 2, _ => Minute));

    private static AblationPlan Plan(params string[] rows) =>
        AblationPlan.Make(
            new AblationSettings { Preset = "tiny" }, ShapesAblationData.For("tiny"), [.. rows.Select(AblationRows.Find)], [1]);
}
