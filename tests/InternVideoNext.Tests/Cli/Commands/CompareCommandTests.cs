using InternVideoNext.Cli.Compare;
using InternVideoNext.Weights;
using Microsoft.Data.Analysis;

namespace InternVideoNext.Tests.Cli.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_RandomPeersOnTheEmbeddedBenchmark_ARowForEachThatIsKept()
    {
        string[] call =
        [
            "compare", .. ComparedEncoder.RandomNames, "--data", "shapes:tiny", "--label", "appearance", "--out", _folder["table"],
        ];
        var (code, output, error) = await Ivnext.CallAsync(call);
        Assert.True(code == 0, error);
        Assert.Contains("never trained", output, StringComparison.Ordinal);
        var frame = DataFrame.LoadCsv(_folder["table/table.csv"]);
        Assert.Equal(ComparedEncoder.RandomNames, frame["encoder"].Cast<string>());
        Assert.All(frame["verdict"].Cast<string>(), verdict => Assert.Equal("nothing reported", verdict));
        Assert.All(frame["clips_used"].Cast<object>(), used => Assert.Equal(256, Convert.ToInt32(used)));
        var page = await File.ReadAllTextAsync(_folder["table/report.html"]);
        Assert.Contains("say nothing of the systems", page, StringComparison.Ordinal);
        Assert.Equal(8, Directory.GetFiles(_folder["table/features"]).Length);

        // A row is taken over; a row that is gone is made again from the features that are there.
        var rows = Directory.GetFiles(_folder["table/rows"]);
        var before = await File.ReadAllTextAsync(_folder["table/table.csv"]);
        File.Delete(rows[0]);
        (code, output, _) = await Ivnext.CallAsync(call);
        Assert.Equal(0, code);
        Assert.Equal(3, output.Split("(kept from before)").Length - 1);
        Assert.Equal(rows.Length, Directory.GetFiles(_folder["table/rows"]).Length);
        Assert.Equal(Accuracies(before), Accuracies(await File.ReadAllTextAsync(_folder["table/table.csv"])));
    }

    [Fact]
    public async Task Compare_ShippedEncoders_EqualTheAblation()
    {
        var model = ShippedModels.All.First(m => m.Name == "mini/stage2");
        var (label, readout) = ("motion", "mini-frames");
        var (code, _, error) = await Ivnext.CallAsync(
            [
                "compare", model.Name, "--data", "shapes:mini", "--label", label, "--protocol", readout,
                "--seed", model.Result.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture), "--out", _folder["table"],
            ]);
        Assert.True(code == 0, error);
        var frame = DataFrame.LoadCsv(_folder["table/table.csv"]);
        var expected = model.Result.Probes.First(p => p.Readout == readout && p.Result.Label == label).Result;
        Assert.Equal(expected.Top1, Convert.ToDouble(frame["top1"][0]), 1e-6);
        Assert.Equal(expected.Top1, Convert.ToDouble(frame["reported"][0]), 1e-6);
        Assert.Equal("reproduced within the interval", frame["verdict"][0]);
    }

    [Fact]
    public async Task Compare_WhatCannotBe_IsSaidBeforeAnythingIsRead()
    {
        Assert.Contains("no such file", await Error("nothing", "motion"), StringComparison.Ordinal);
        Assert.Contains("weights fetch vjepa2-vith", await Error("vjepa2-vith", "motion"), StringComparison.Ordinal);
        Assert.Contains("appearance", await Error("random:vjepa2", "colour"), StringComparison.Ordinal);
        Assert.Contains("random:videomae", await Error("random:mae", "motion"), StringComparison.Ordinal);
        Assert.Contains("shapes:mini", await Error("random:vjepa2", "motion", "shapes:huge"), StringComparison.Ordinal);
    }

    private async Task<string> Error(string encoder, string label, string data = "shapes:tiny")
    {
        var (code, _, error) = await Ivnext.CallAsync(["compare", encoder, "--data", data, "--label", label, "--out", _folder["none"]]);
        Assert.NotEqual(0, code);
        return error;
    }

    // Without speed and memory, which differ from run to run.
    private static IEnumerable<string> Accuracies(string csv) => csv.Split('\n').Select(line => string.Join(',', line.Split(',').Take(10)));
}
