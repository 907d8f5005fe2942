using System.Security.Cryptography;
using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Weights;

namespace InternVideoNext.Tests.Weights;

public sealed class ShippedModelsTests
{
    public static TheoryData<string> Names => [.. ShippedModels.All.Select(model => model.Name)];

    [Fact]
    public void All_ShipsTheRowsThatTheTextsSpeakOf() =>
        Assert.Equal(
            ["mini/pixel-linear", "mini/align", "mini/align-linear", "mini/align-diffusion", "mini/stage2", "mini/ema-0.998",
                "mini/image-teacher"],
            ShippedModels.All.Select(model => model.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Model_FileHasTheStatedHashAndOpensWithItsConfiguration(string name)
    {
        var shipped = ShippedModels.Find(name);
        Assert.Equal(shipped.Sha256, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(shipped.Path()))));
        Assert.Equal(shipped.Result.Config!.Training.Steps, shipped.ReadLog().Count);
        using EncoderPredictorDecoder model = shipped.Open();
        Assert.Equal(shipped.Result.Config.Model.Encoder.Width, model.Encoder.Config.Width);
        Assert.All(
            [AblationClaims.Appearance, AblationClaims.Motion],
            label => Assert.NotNull(shipped.Result.Probe(label, shipped.Result.Settings.ReadoutFor(label))));
    }

    [Theory]
    [InlineData("mini/align-diffusion")]
    [InlineData("mini/pixel-linear")]
    public async Task ProbeAsync_OfTheShippedWeights_GivesTheTabledNumbers(string name)
    {
        var shipped = ShippedModels.Find(name);
        var probes = await shipped.ProbeAsync();
        Assert.Equal(shipped.Result.Probes.Count, probes.Count);
        Assert.All(probes, probe => Assert.True(probe.Agrees, probe.ToString()));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Result_OfTheShippedWeights_IsTheTablesButForHalfPrecision(string name)
    {
        var shipped = ShippedModels.Find(name).Result;
        var tabled = ShippedResults.Load("mini").Results.Single(r => r.Row == shipped.Row && r.Seed == shipped.Seed);
        Assert.Equal((tabled.Hash, tabled.DataFingerprint), (shipped.Hash, shipped.DataFingerprint));
        Assert.Equal(ShapesAblationData.For("mini").Fingerprint, shipped.DataFingerprint);
        Assert.All(
            tabled.Probes.Zip(shipped.Probes), pair => Assert.InRange(pair.Second.Result.Top1 - pair.First.Result.Top1, -0.005, 0.005));
    }

    [Fact]
    public void Find_UnknownName_ListsTheNames() =>
        Assert.Contains(
            "mini/stage2", Assert.Throws<ConfigurationException>(() => ShippedModels.Find("mini/stage3")).Message,
            StringComparison.Ordinal);
}
