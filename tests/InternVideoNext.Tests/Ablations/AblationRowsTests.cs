using InternVideoNext.Ablations;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;
using InternVideoNext.Training;

namespace InternVideoNext.Tests.Ablations;

public sealed class AblationRowsTests
{
    public static TheoryData<string> Presets => [.. InternVideoNext.Recipes.Presets.Names];

    [Fact]
    public void All_EveryId_IsUniqueAndItsNeighbourAndStartExist()
    {
        var ids = AblationRows.All.Select(row => row.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(AblationRows.All, row =>
        {
            if (row.Neighbour is { } neighbour) Assert.Contains(neighbour, ids);
            if (row.Start is { } start) Assert.Equal(AblationTable.Stage1, AblationRows.Find(start).Table);
        });
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Config_EveryRow_DiffersFromItsNeighbourInWhatItSaysAlone(string preset)
    {
        var settings = Settings(preset);
        foreach (var row in AblationRows.All.Where(r => r.Changes.Count > 0 && r.WhyNot(settings) is null))
        {
            var (own, neighbour) = (row.Config(settings, 1)!, AblationRows.Find(row.Neighbour!).Config(settings, 1)!);
            var paths = ConfigDifference.Paths(neighbour, own);
            Assert.True(paths.Count > 0, $"{preset}: {row.Id} is the same as {row.Neighbour}");
            Assert.All(paths, path => Assert.True(
                row.Changes.Any(change => path == change || path.StartsWith(change + '.', StringComparison.Ordinal)),
                $"{preset}: {row.Id} differs from {row.Neighbour} in {path} too"));
        }
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Config_EveryRow_IsValid(string preset)
    {
        var settings = Settings(preset);
        foreach (var row in AblationRows.All.Where(r => r.WhyNot(settings) is null))
        {
            if (row.Config(settings, 1) is { } config and not SupervisedConfig) config.Validate();
        }
    }

    [Fact]
    public void Config_TextPredictor_IsLeftOutWithARemedyWhereItsWeightsAreNot()
    {
        var row = AblationRows.Find("text-predictor");
        Assert.Contains("weights fetch modernbert-large", row.WhyNot(Settings("base")), StringComparison.Ordinal);
        var config = row.Config(Settings("base") with { TextWeights = "modernbert" }, 1)!;
        Assert.Equal("modernbert", Assert.IsType<ModernBertPredictorConfig>(config.Model.Predictor).TextWeights);
    }

    [Fact]
    public void Config_Stage1Long_CostsAsMuchAsBothStages()
    {
        var settings = Settings("small");
        double Cost(string id)
        {
            var config = AblationRows.Find(id).Config(settings, 1)!;
            return InternVideoNext.Description.ModelDescription.Of(
                config).TrainingMultiplyAdds * config.Training.Steps * config.Training.ClipsPerStep;
        }

        Assert.InRange(Cost("stage1-long") / (Cost("align-diffusion") + Cost("stage2")), 0.999, 1.001);
    }

    [Fact]
    public void Reported_TheTablesNumbers_AreThePapers()
    {
        // Linear probing on K400 / SSv2, the paper's tables of Stage 1 and Stage 2.
        (string Row, double Kinetics, double SomethingSomething)[] paper =
        [
            ("pixel-linear", 47.2, 28.1), ("align", 70.7, 32.1), ("align-linear", 69.8, 31.8), ("align-diffusion", 74.2, 35.4),
                ("text-predictor", 75.8, 36.9),
            ("stage2", 76.9, 56.9), ("vjepa-predictor", 74.8, 53.8), ("ema-0.998", 75.4, 45.7), ("image-teacher", 75.4, 45.7),
        ];
        Assert.All(paper, p => Assert.Equal(new ReportedAccuracy(p.Kinetics, p.SomethingSomething), AblationRows.Find(p.Row).Reported));
        Assert.Equal(paper.Length, AblationRows.All.Count(row => row.Reported is not null));
    }

    [Fact]
    public void Find_UnknownRow_ListsTheRows()
    {
        var error = Assert.Throws<ConfigurationException>(() => AblationRows.Find("stage3"));
        Assert.Contains("align-diffusion", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_EveryRow_Exists() =>
        Assert.All(AblationClaims.All, claim => Assert.NotEqual(AblationRows.Find(claim.Better), AblationRows.Find(claim.Worse)));

    [Fact]
    public void Shared_SmallerBatch_KeepsClipsAndPeakLearningRate()
    {
        var (whole, small) = (Settings("small").Stage1(1).Training, (Settings("small") with { BatchSize = 8 }).Stage1(1).Training);
        Assert.Equal((long)whole.Steps * whole.BatchSize, (long)small.Steps * small.BatchSize);
        Assert.Equal(LearningRateSchedule.At(whole.WarmupSteps, whole), LearningRateSchedule.At(small.WarmupSteps, small), 12);
    }

    internal static AblationSettings Settings(string preset) => new()
    {
        Preset = preset,
        Teacher = InternVideoNext.Recipes.Presets.Stage1(preset).Teacher is SiglipTeacherConfig siglip
            ? siglip with { RandomWeights = true } : null,
    };
}
