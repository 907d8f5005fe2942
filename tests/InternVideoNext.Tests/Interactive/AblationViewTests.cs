using System.Xml.Linq;
using InternVideoNext.Ablations;
using InternVideoNext.Interactive;
using InternVideoNext.Probes;
using InternVideoNext.Tests.Ablations;

namespace InternVideoNext.Tests.Interactive;

public sealed class AblationViewTests
{
    private static readonly string[] Readouts = ["mini-frames", "predictor/mini-frames"];

    [Fact]
    public void Readouts_SeveralSeeds_ShowMeanAndDeviationOfEveryReadout()
    {
        List<AblationResult> results =
        [
            Row("align-diffusion", 1, ("mini-frames", 40), ("predictor/mini-frames", 30)),
            Row("align-diffusion", 2, ("mini-frames", 42), ("predictor/mini-frames", 30)),
            Row("raw-pixels", 1, ("mini-frames", 35)),
        ];
        var table = AblationView.Readouts(results, Readouts, ["motion"]);
        Assert.Equal(["Row", "encoder, mini-frames", "predictor, mini-frames"], table.Columns.Select(c => c.Header));
        Assert.Equal(["Top-1 % on held-out clips. Chance: motion 25 %."], Fragments.Parse(table).All("caption").Select(c => c.Value));
        Assert.Equal(
            [[Title("align-diffusion"), "41.0 ± 1.4", "30.0 ± 0.0"], [Title("raw-pixels"), "35.0", "–"]],
            Body(Fragments.Parse(table)));
        var both = AblationView.Readouts(results, Readouts, ["appearance", "motion"]);
        Assert.Equal("appearance, predictor, mini-frames", both.Columns[2].Header);
        Assert.Equal("–", Body(Fragments.Parse(both))[0][2]);
    }

    [Theory]
    [InlineData(80, 20, 50, "80.0 ± 3.2")] // surely better than both
    [InlineData(52, 50, 20, null)] // its lead over the other is within the noise
    [InlineData(60, 20, 95, "60.0 ± 3.2")] // a bound above it doesn't count
    [InlineData(60, 20, 58, null)] // one below it does
    public void Readouts_Best_IsBoldWhereTheIntervalsSeparate(int stage2, int align, int raw, string? bold)
    {
        List<AblationResult> results =
        [
            .. Enumerable.Range(1, 5).SelectMany(seed => new[]
            {
                Row("stage2", (ulong)seed, ("mini", stage2 + Spread(seed))),
                    Row("align-diffusion", (ulong)seed, ("mini", align - Spread(seed))),
                Row("raw-pixels", (ulong)seed, ("mini", raw)),
            }),
        ];
        var marked = Fragments.Parse(AblationView.Readouts(results, ["mini"], ["motion"])).All("strong").Select(cell => cell.Value);
        Assert.Equal(bold is null ? [] : [bold], marked);
    }

    // Seeds differ by some points to either side, and their mean not at all.
    private static int Spread(int seed) => (seed - 3) * 2;

    [Fact]
    public void Readouts_OneRow_IsNotBold() =>
        Assert.Empty(Fragments.Parse(AblationView.Readouts([Row("stage2", 1, ("mini", 90))], ["mini"], ["motion"])).All("strong"));

    [Fact]
    public void Places_Seeds_AreMeanAndDeviationAndNothingWhereNoFrameWasUnseen()
    {
        List<AblationResult> results =
        [
            Row("stage2", 1) with { Place = Place(0.5, unseenFrames: 10) }, Row("stage2", 2) with { Place = Place(0.6, unseenFrames: 0) },
            Row("align-diffusion", 1) with { Place = Place(0.25, unseenFrames: 0) }, Row("raw-pixels", 1),
        ];
        Assert.Equal(
            [
                [Title("align-diffusion"), "25.0", "–", "9.0", "8.3", "1.50", "300 (0)"],
                [Title("stage2"), "55.0 ± 7.1", "40.0", "9.0 ± 0.0", "8.3 ± 0.0", "1.50 ± 0.00", "300 (5)"],
            ],
            Body(Fragments.Parse(AblationView.Places(results))));
    }

    private static string Title(string row) => AblationRows.Find(row).Title;

    private static PlaceResult Place(double top1, int unseenFrames) => new()
    {
        Top1 = top1,
        UnseenTop1 = unseenFrames > 0 ? 0.4 : null,
        BlindTop1 = 0.09,
        Chance = 1 / 12.0,
        MeanDistance = 1.5,
        Frames = 300,
        UnseenFrames = unseenFrames,
    };

    private static AblationResult Row(string id, ulong seed, params (string Readout, int Right)[] probes) =>
        MadeUpResult.Of(id, seed, probes);

    private static List<List<string>> Body(XElement root) =>
        [.. root.All("tbody").Single().All("tr").Select(row => row.Elements().Select(cell => cell.Value).ToList())];
}
