using InternVideoNext.Interactive;

namespace InternVideoNext.Tests.Interactive;

public sealed class ProgressViewTests
{
    [Fact]
    public void ToHtml_HalfWay_ShowsBarLossesSpeedAndTime()
    {
        var view = new ProgressView("Stage <1>", 50, 100)
        {
            Losses = [("total", 1.23456), ("pixel", double.NaN)],
            ClipsPerSecond = 12.34,
            Remaining = TimeSpan.FromSeconds(3725),
        };
        var root = Fragments.Parse(view);
        Assert.Equal("50", root.All("div").Single(div => div.Get("role") == "progressbar").Get("aria-valuenow"));
        Assert.Contains("total 1.235 · pixel NaN · 12.3 clips/s · 1 h 02 min left", root.Value, StringComparison.Ordinal);
        Assert.Contains("Stage <1>: 50 of 100.", view.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 5)]
    public void ToHtml_OddCounts_StaysBetweenNothingAndAll(long step, long steps)
    {
        var bar = Fragments.Parse(new ProgressView("t", step, steps)).All("div").Single(div => div.Get("role") == "progressbar");
        Assert.Equal(steps == 0 ? "0" : "100", bar.Get("aria-valuenow"));
    }
}
