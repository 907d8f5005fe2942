using System.Text.Json;
using InternVideoNext.Probes;

namespace InternVideoNext.Tests.Probes;

public sealed class ProbeProtocolTests
{
    public static TheoryData<string> Names => new(ProbeProtocols.All.Select(protocol => protocol.Name));

    public static TheoryData<string, ProbeProtocol> Contradictions => new()
    {
        { "solver", ProbeProtocols.VJepa2 with { Solver = ProbeSolver.Lbfgs } },
        { "schedule", ProbeProtocols.Mini with { Schedule = new() { Epochs = 1, BatchSize = 1 } } },
        { "schedule.warmup_epochs", ProbeProtocols.VJepa2 with { Schedule = new() { Epochs = 2, WarmupEpochs = 2, BatchSize = 1 } } },
        { "normalization", ProbeProtocols.Mini with { Normalization = FeatureNormalization.BatchNorm } },
        { "grid.l2", ProbeProtocols.Mini with { Grid = new() { L2 = [1, 0] } } },
        { "grid.learning_rates", ProbeProtocols.Mini with { Grid = new() { L2 = [1], LearningRates = [1] } } },
        { "grid.neighbours", ProbeProtocols.NearestNeighbours with { Grid = new() } },
        { "choice", ProbeProtocols.Mini with { Choice = GridChoice.Fixed } },
        { "validation_share", ProbeProtocols.Mini with { ValidationShare = 1 } },
        { "crops", ProbeProtocols.Mini with { Crops = 0 } },
        { "frame_means", ProbeProtocols.MiniAttentive with { FrameMeans = true } },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void FromJson_OfToJson_IsTheSame(string name)
    {
        var protocol = ProbeProtocols.Find(name);
        protocol.Validate();
        Assert.Equal(protocol.ToJson(), ProbeProtocol.FromJson(protocol.ToJson()).ToJson());
        Assert.Equal(protocol.Grid.Points, ProbeProtocol.FromJson(protocol.ToJson()).Grid.Points);
    }

    [Fact]
    public void FromJson_OnlyRequiredMembers_KeepsDefaults()
    {
        var protocol = ProbeProtocol.FromJson("""{"name":"n","source":"s","kind":"linear","solver":"lbfgs","grid":{"l2":[0.1]}}""");
        Assert.Equal(
            (1, 1, 0.2, true, 16, 0.07),
            (protocol.Segments, protocol.Crops, protocol.ValidationShare, protocol.Refit, protocol.Heads, protocol.Temperature));
        Assert.Equal(GridChoice.Validation, protocol.Choice);
        Assert.Empty(protocol.Grid.LearningRates);
    }

    [Fact]
    public void FromJson_NestedRecord_KeepsItsDefaultsToo()
    {
        var protocol = ProbeProtocol.FromJson(
            """{"name":"n","source":"s","kind":"linear","solver":"adamw","schedule":{"epochs":3,"batch_size":8},"grid":{"learning_rates":[0.1]}}""");
        Assert.Equal(new ProbeSchedule { Epochs = 3, BatchSize = 8 }, protocol.Schedule);
        Assert.Equal(new ProbeSetting { LearningRate = .1 }, Assert.Single(protocol.Grid.Points));
    }

    [Theory]
    [InlineData("""{"name":"n","name":"m","source":"s","kind":"linear","solver":"lbfgs","grid":{"l2":[0.1]}}""")]
    [InlineData("null")]
    [InlineData("""{"name":"n","source":"s","kind":"linear","solver":"lbfgs","grid":{"l2":[0.1]},"segmants":2}""")]
    [InlineData("""{"name":"n","source":"s","kind":"linear","grid":{"l2":[0.1]}}""")]
    [InlineData("""{"name":"n","source":"s","kind":0,"solver":"lbfgs","grid":{"l2":[0.1]}}""")]
    public void FromJson_UnknownMissingOrNumeric_Throws(string json) => Assert.Throws<JsonException>(() => ProbeProtocol.FromJson(json));

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Validate_Contradiction_NamesTheField(string field, ProbeProtocol protocol)
    {
        var error = Assert.Throws<ArgumentException>(protocol.Validate);
        Assert.Contains($": {field} is", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VJepa2_IsThePublishedGridOfTwenty()
    {
        var points = ProbeProtocols.VJepa2.Grid.Points;
        Assert.Equal(20, points.Count);
        Assert.Equal(20, points.Distinct().Count());
        Assert.Contains(new ProbeSetting { LearningRate = 3e-4, WeightDecay = .4 }, points);
        Assert.Equal(
            (3, 3, 3),
            (ProbeProtocols.VJepa2.TestViews, ProbeProtocols.Find("vjepa2/ssv2").TestViews,
            ProbeProtocols.InternVideo2Attentive.TestViews));
    }

    [Fact]
    public void Reads_EachKind_IsWhatTheProbeTakes()
    {
        Assert.Equal(FeatureKind.MeanToken, ProbeProtocols.Mini.Reads);
        Assert.Equal(FeatureKind.FrameMeans, ProbeProtocols.MiniFrames.Reads);
        Assert.Equal(FeatureKind.FrameMeans, (ProbeProtocols.NearestNeighbours with { FrameMeans = true }).Reads);
        Assert.Equal(FeatureKind.Tokens, ProbeProtocols.MiniAttentive.Reads);
        // But for that, the two are one protocol.
        Assert.Equal(
            ProbeProtocols.Mini, ProbeProtocols.MiniFrames with { Name = "mini", Source = ProbeProtocols.Mini.Source, FrameMeans = false });
        Assert.NotEqual(ProbeProtocols.Mini.Source, ProbeProtocols.MiniFrames.Source);
    }

    [Fact]
    public void Find_UnknownName_ListsTheKnown()
    {
        var error = Assert.Throws<ArgumentException>(() => ProbeProtocols.Find("vjepa"));
        Assert.Contains("mini-attentive", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_AreUnique() =>
        Assert.Equal(ProbeProtocols.All.Count, ProbeProtocols.All.Select(protocol => protocol.Name).Distinct().Count());

    [Fact]
    public void ShareAt_WarmupThenCosine_RisesToOneAndFallsToTheEnd()
    {
        var schedule = new ProbeSchedule { Epochs = 4, WarmupEpochs = 1, BatchSize = 1, FinalShare = .1 };
        Assert.Equal(.1, schedule.ShareAt(0, 10), 12);
        Assert.Equal(1, schedule.ShareAt(9, 10), 12);
        Assert.Equal(1, schedule.ShareAt(10, 10), 12);
        Assert.Equal(.55, schedule.ShareAt(25, 10), 12);
        Assert.InRange(schedule.ShareAt(39, 10), .1, .11);
    }
}
