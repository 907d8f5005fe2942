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

    // Other processors round in another order: a few of the clips may change sides.
    [Theory]
    [InlineData("mini/align-diffusion")]
    [InlineData("mini/pixel-linear")]
    public async Task Probes_OfTheShippedWeights_GiveTheTabledNumbers(string name)
    {
        var shipped = ShippedModels.Find(name);
        var settings = shipped.Result.Settings;
        var plan = AblationPlan.Make(settings, ShapesAblationData.For(settings.Preset), [shipped.Row], [shipped.Result.Seed]);
        var run = plan.Runs.Single(r => r.Row.Id == shipped.Result.Row);
        Assert.Equal(shipped.Result.DataFingerprint, plan.Data.Fingerprint);
        var measured = await AblationShipping.ProbeAsync(plan, run, shipped.Path(), CancellationToken.None);
        Assert.Equal(shipped.Result.Probes.Count, measured.Probes.Count);
        Assert.All(
            shipped.Result.Probes.Zip(measured.Probes),
            pair => Assert.InRange(pair.Second.Result.Top1 - pair.First.Result.Top1, -0.005, 0.005));
    }

    [Fact]
    public void Find_UnknownName_ListsTheNames() =>
        Assert.Contains(
            "mini/stage2", Assert.Throws<ConfigurationException>(() => ShippedModels.Find("mini/stage3")).Message,
            StringComparison.Ordinal);
}
