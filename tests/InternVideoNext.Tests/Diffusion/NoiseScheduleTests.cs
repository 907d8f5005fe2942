using InternVideoNext.Diffusion;

namespace InternVideoNext.Tests.Diffusion;

public sealed class NoiseScheduleTests
{
    private static readonly ReferenceFile Reference = ReferenceFile.Open("diffusion_decoder");

    [Fact]
    public void Cosine_Tables_AgreeWithReference()
    {
        var schedule = NoiseSchedule.Cosine(Reference.Size("steps"));
        AssertTable("schedule.betas", schedule.Betas);
        AssertTable("schedule.alphas_cumprod", schedule.AlphasCumprod);
        AssertTable("schedule.posterior_log_variance_clipped", schedule.PosteriorLogVarianceClipped);
    }

    [Fact]
    public void Respace_TenSteps_AgreesWithReference()
    {
        var respaced = NoiseSchedule.Cosine(1000).Respace(10);
        Assert.Equal(Reference["schedule.respaced10_timesteps"].data<long>().Select(t => (int)t), respaced.Timesteps);
        AssertTable("schedule.respaced10_betas", respaced.Betas);
    }

    [Fact]
    public void Respace_AnyCount_KeepsAlphaBarAndBothEnds()
    {
        var schedule = NoiseSchedule.Cosine(1000);
        foreach (var count in new[] { 2, 3, 7, 50, 100, 250, 999, 1000 })
        {
            var respaced = schedule.Respace(count);
            Assert.Equal(count, respaced.Timesteps.Distinct().Count());
            Assert.Equal((0, 999), (respaced.Timesteps[0], respaced.Timesteps[^1]));
            for (var i = 0; i < count; i++)
                Assert.Equal(schedule.AlphasCumprod[respaced.Timesteps[i]], respaced.AlphasCumprod[i], 1e-12);
        }
    }

    [Fact]
    public void PosteriorFactors_NoiselessPath_KeepTheSignalScale()
    {
        // With no noise x_t = sqrt(alpha-bar(t)) x_0, and the posterior mean must be sqrt(alpha-bar(t-1)) x_0.
        var schedule = NoiseSchedule.Cosine(1000);
        for (var t = 1; t < 1000; t++)
        {
            var mean = schedule.PosteriorStartFactor(t) + (schedule.PosteriorCurrentFactor(t) * Math.Sqrt(schedule.AlphasCumprod[t]));
            Assert.Equal(Math.Sqrt(schedule.AlphasCumprod[t - 1]), mean, 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1001)]
    public void Respace_CountOutOfRange_Throws(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NoiseSchedule.Cosine(1000).Respace(count));

    private static void AssertTable(string name, IReadOnlyList<double> actual)
    {
        var expected = Reference[name].data<double>().ToArray();
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-9 * Math.Abs(expected[i]), $"{name}[{i}]: {actual[i]} for {expected[i]}");
    }
}
