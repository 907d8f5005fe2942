using InternVideoNext.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class ProbeRunnerTests
{
    private const int Classes = 6;

    private static readonly IReadOnlyList<string> Names = MadeFeatures.Classes(Classes);

    private static readonly ProbeProtocol Attentive = ProbeProtocols.MiniAttentive with
    {
        Schedule = new() { Epochs = 6, WarmupEpochs = 1, BatchSize = 32 },
        Grid = new() { LearningRates = [3e-3, 1e-3], WeightDecays = [.01] },
    };

    private static readonly ProbeProtocol LinearAdamw = ProbeProtocols.InternVideo2Linear with
    {
        Schedule = new() { Epochs = 15, WarmupEpochs = 2, BatchSize = 64 },
        Grid = new() { LearningRates = [1e-2, 3e-2], WeightDecays = [0, .1] },
    };

    public static TheoryData<string> Kinds =>
        new("mini", "mini-none", "mini-layer-norm", "attentive", "attentive-deep", "knn", "linear-adamw", "linear-adamw-layer-norm");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_ToldToEnd_EndsWithinAStep(string kind)
    {
        using var train = MadeFeatures.Separable(240, Classes, 16, seed: 1, "train", tokens: 5);
        using var test = MadeFeatures.Separable(120, Classes, 16, seed: 2, "test", tokens: 5);
        Assert.Throws<OperationCanceledException>(() => ProbeRunner.Run(
            Protocol(kind), "made", Names, train, test, seed: 3, cancellation: new CancellationToken(canceled: true)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_SeparableFeatures_IsAlwaysRight(string kind)
    {
        using var train = MadeFeatures.Separable(240, Classes, 16, seed: 1, "train", tokens: 5);
        using var test = MadeFeatures.Separable(120, Classes, 16, seed: 2, "test", tokens: 5);
        using var run = ProbeRunner.Run(Protocol(kind), "made", Names, train, test, seed: 3);
        Assert.Equal(1, run.Result.Top1);
        Assert.All(run.Result.PerClassAccuracy, accuracy => Assert.Equal(1, accuracy));
        Assert.Equal(20, run.Result.Confusion[4][4]);
        Assert.Equal(Protocol(kind).Grid.Points.Count, run.Result.Grid.Count);
        Assert.Single(run.Result.Grid, point => point.Chosen);
        if (kind == "knn") return;
        // The extracted probe answers as the grid did.
        using var logits = run.Trained!.Probe.forward(test.Features);
        Assert.Equal(
            run.Predictions.Select(prediction => prediction.Predicted), logits.argmax(-1).data<long>().Select(answer => (int)answer));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_Noise_IsAtChance(string kind)
    {
        using var train = MadeFeatures.Noise(240, Classes, 16, seed: 4, "train", tokens: 5);
        using var test = MadeFeatures.Noise(300, Classes, 16, seed: 5, "test", tokens: 5);
        using var run = ProbeRunner.Run(Protocol(kind), "made", Names, train, test, seed: 6);
        Assert.Equal(1.0 / Classes, run.Result.Chance);
        Assert.True(run.Result.Interval.Contains(run.Result.Chance), $"{run.Result.Top1}");
        Assert.InRange(run.Result.Top5, 0.76, 0.9);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_Twice_GivesTheSameTextAndLeavesNoTensors(string kind)
    {
        using var train = MadeFeatures.Make(120, Classes, 16, seed: 7, "train", 5, separation: 1);
        using var test = MadeFeatures.Make(60, Classes, 16, seed: 8, "test", 5, separation: 1);
        string first;
        using (var run = ProbeRunner.Run(Protocol(kind), "made", Names, train, test, seed: 9)) first = run.Result.ToJson();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var run = ProbeRunner.Run(Protocol(kind), "made", Names, train, test, seed: 9)) Assert.Equal(first, run.Result.ToJson());
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData("mini")]
    [InlineData("attentive")]
    public void Run_OtherTestLabels_ChooseTheSamePointAndProbe(string kind)
    {
        using var train = MadeFeatures.Make(180, Classes, 16, seed: 10, "train", 4, separation: .7);
        using var test = MadeFeatures.Make(90, Classes, 16, seed: 11, "test", 4, separation: .7);
        using var relabelled = MadeFeatures.Relabel(test, label => (label + 1) % Classes);
        using var run = ProbeRunner.Run(Protocol(kind), "made", Names, train, test, seed: 12);
        using var other = ProbeRunner.Run(Protocol(kind), "made", Names, train, relabelled, seed: 12);
        Assert.NotEqual(run.Result.Top1, other.Result.Top1);
        Assert.Equal(GridChoice.Validation, run.Result.Choice);
        Assert.Equal(run.Result.Chosen, other.Result.Chosen);
        Assert.Equal(run.Result.Grid.Select(point => point.ValidationTop1), other.Result.Grid.Select(point => point.ValidationTop1));
        Assert.Equal(
            run.Predictions.Select(prediction => prediction.Predicted), other.Predictions.Select(prediction => prediction.Predicted));
    }

    [Fact]
    public void Run_BestOnTest_TakesTheBestTestPointAndSaysSo()
    {
        using var train = MadeFeatures.Make(120, Classes, 32, seed: 13, "train", 0, separation: .8);
        using var test = MadeFeatures.Make(200, Classes, 32, seed: 14, "test", 0, separation: .8);
        var protocol = ProbeProtocols.Mini with { Choice = GridChoice.BestOnTest };
        using var run = ProbeRunner.Run(protocol, "made", Names, train, test, seed: 15);
        Assert.Equal(run.Result.Grid.Max(point => point.TestTop1), run.Result.Top1);
        Assert.Equal((GridChoice.BestOnTest, 0, false), (run.Result.Choice, run.Result.ValidationUsed, run.Result.Refitted));
        Assert.Contains("\"choice\": \"best_on_test\"", run.Result.ToJson(), StringComparison.Ordinal);
        Assert.Null(run.Result.Grid[0].ValidationTop1);
    }

    [Fact]
    public void Run_WithValidationSet_ChoosesOnItAndTrainsOnAllTrainingClips()
    {
        using var train = MadeFeatures.Make(120, Classes, 16, seed: 16, "train", 0, separation: 1);
        using var validation = MadeFeatures.Make(60, Classes, 16, seed: 17, "validation", 0, separation: 1);
        using var test = MadeFeatures.Make(60, Classes, 16, seed: 18, "test", 0, separation: 1);
        using var run = ProbeRunner.Run(ProbeProtocols.Mini, "made", Names, train, test, seed: 19, validation);
        Assert.Equal((60, 120, false), (run.Result.ValidationUsed, run.Result.TrainUsed, run.Result.Refitted));
        Assert.Equal(run.Result.Grid.Max(point => point.ValidationTop1), run.Result.Grid.Single(point => point.Chosen).ValidationTop1);
    }

    [Fact]
    public void Run_SeveralViews_AveragesProbabilitiesPerClip()
    {
        using var train = MadeFeatures.Make(200, 2, 4, seed: 20, "train", 0, separation: 2);
        // Three views of each of two clips; of the second clip one view is misleading.
        using var test = new FeatureSet(
            tensor(new float[,] { { 2, 0, 0, 0 }, { 2, 0, 0, 0 }, { 2, 0, 0, 0 }, { 0, 4, 0, 0 }, { 0, 4, 0, 0 }, { 2, 0, 0, 0 } }),
            [0, 0, 0, 1, 1, 1], ["x", "x", "x", "y", "y", "y"], expected: 3);
        using var run = ProbeRunner.Run(ProbeProtocols.Mini with { Crops = 3 }, "made", ["a", "b"], train, test, seed: 21);
        Assert.Equal((2, 3, 1.0), (run.Result.TestUsed, run.Result.TestExpected, run.Result.Top1));
        Assert.Equal([new ProbePrediction("x", 0, 0), new ProbePrediction("y", 1, 1)], run.Predictions);
        Assert.Empty(run.Result.Deviations);
    }

    [Fact]
    public void Run_DepartingFromTheProtocol_ListsDeviations()
    {
        using var train = MadeFeatures.Separable(60, Classes, 16, seed: 22, "train", tokens: 2);
        using var test = MadeFeatures.Separable(60, Classes, 16, seed: 23, "test", tokens: 2);
        var protocol = ProbeProtocols.InternVideo2Linear with { Schedule = new() { Epochs = 1, BatchSize = 1024 } };
        using var run = ProbeRunner.Run(protocol, "made", Names, train, test, seed: 24);
        Assert.Equal(3, run.Result.Deviations.Count);
        Assert.Contains(
            run.Result.Deviations, text => text.Contains("1 views per test clip, the protocol asks for 3", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_MissingClassInTest_HasNoAccuracyThere()
    {
        using var train = MadeFeatures.Separable(60, 3, 8, seed: 25, "train");
        using var all = MadeFeatures.Separable(60, 2, 8, seed: 26, "test");
        using var run = ProbeRunner.Run(ProbeProtocols.Mini, "made", MadeFeatures.Classes(3), train, all, seed: 27);
        Assert.Null(run.Result.PerClassAccuracy[2]);
        Assert.Equal(run.Result.ToJson(), ProbeResult.FromJson(run.Result.ToJson()).ToJson());
        Assert.Equal(0.5, run.Result.MajorityTop1);
    }

    [Fact]
    public void Run_ClipInTwoSplits_Throws()
    {
        using var train = MadeFeatures.Separable(60, Classes, 16, seed: 28, "same");
        using var test = MadeFeatures.Separable(60, Classes, 16, seed: 29, "same");
        var error = Assert.Throws<ArgumentException>(() => ProbeRunner.Run(ProbeProtocols.Mini, "made", Names, train, test, seed: 30));
        Assert.Contains("'same0' is in another split", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LabelBeyondTheClasses_NamesTheClip()
    {
        using var train = MadeFeatures.Separable(60, Classes, 16, seed: 31, "train");
        using var test = MadeFeatures.Separable(60, Classes, 16, seed: 32, "test");
        var error = Assert.Throws<ArgumentException>(
            () => ProbeRunner.Run(ProbeProtocols.Mini, "made", MadeFeatures.Classes(5), train, test, seed: 33));
        Assert.Contains("clip 'train5' has label 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PooledFeaturesForAttention_Throws()
    {
        using var train = MadeFeatures.Separable(60, Classes, 16, seed: 34, "train");
        using var test = MadeFeatures.Separable(60, Classes, 16, seed: 35, "test");
        var error = Assert.Throws<ArgumentException>(() => ProbeRunner.Run(Attentive, "made", Names, train, test, seed: 36));
        Assert.Contains("[n, N, C]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnlyAttentionCanSeeIt_AttentiveBeatsLinear()
    {
        // One of eight tokens carries the class as a direction, its negative stands in another: the mean token is blind.
        using var train = OneTokenInEight(360, seed: 37, "train");
        using var test = OneTokenInEight(180, seed: 38, "test");
        var protocol = Attentive with { Schedule = new() { Epochs = 25, WarmupEpochs = 1, BatchSize = 32 } };
        using var linear = ProbeRunner.Run(ProbeProtocols.Mini, "made", Names, train, test, seed: 39);
        using var attentive = ProbeRunner.Run(protocol, "made", Names, train, test, seed: 39);
        Assert.InRange(linear.Result.Top1, 0, 0.3);
        Assert.InRange(attentive.Result.Top1, 0.9, 1);
    }

    [Theory]
    [InlineData("internvideo2-attentive/k400", "internvideo2-attentive/k710")]
    public void Run_StartingFromAnotherProbe_MatchesClassesByName(string name, string from)
    {
        using var train = MadeFeatures.Separable(120, Classes, 16, seed: 40, "train", tokens: 3);
        using var test = MadeFeatures.Separable(60, Classes, 16, seed: 41, "test", tokens: 3);
        var first = ProbeProtocols.Find(
            from) with
        { Schedule = new() { Epochs = 8, BatchSize = 16 }, Grid = new() { LearningRates = [3e-3] }, Heads = 4 };
        using var wide = ProbeRunner.Run(first, "wide", Names, train, test, seed: 42);
        // Two of the classes in the other order, hardly trained: right only if the class layer's rows were taken over by name.
        using var someTrain = Only(train, 4, 1);
        using var someTest = Only(test, 4, 1);
        var second = ProbeProtocols.Find(
            name) with
        { Heads = 4, Schedule = new() { Epochs = 1, BatchSize = 64 }, Grid = new() { LearningRates = [1e-7] } };
        using var run = ProbeRunner.Run(second, "narrow", [Names[4], Names[1]], someTrain, someTest, seed: 43, start: wide.Trained);
        Assert.Equal(1, run.Result.Top1);
        Assert.Throws<ArgumentException>(
            () => ProbeRunner.Run(second, "narrow", [Names[4], "unknown"], someTrain, someTest, seed: 43, start: wide.Trained));
        Assert.Throws<ArgumentException>(() => ProbeRunner.Run(second, "narrow", [Names[4], Names[1]], someTrain, someTest, seed: 43));
    }

    private static ProbeProtocol Protocol(string kind) => kind switch
    {
        "mini" => ProbeProtocols.Mini,
        "mini-none" => ProbeProtocols.Mini with { Normalization = FeatureNormalization.None },
        "mini-layer-norm" => ProbeProtocols.Mini with { Normalization = FeatureNormalization.LayerNorm },
        "attentive" => Attentive,
        "attentive-deep" => Attentive with { Blocks = 2, Heads = 2 },
        "knn" => ProbeProtocols.NearestNeighbours with { Grid = new() { Neighbours = [5, 20] } },
        "linear-adamw" => LinearAdamw,
        _ => LinearAdamw with { Normalization = FeatureNormalization.LayerNorm },
    };

    private static FeatureSet OneTokenInEight(int rows, ulong seed, string prefix)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var labels = Enumerable.Range(0, rows).Select(row => row % Classes).ToArray();
        var features = randn([rows, 8, 16], generator: generator) * 0.3;
        for (var row = 0; row < rows; row++)
        {
            // The last channel marks which of the two tokens is meant.
            features[row, row % 7, labels[row]] += 5;
            features[row, row % 7, 15] += 5;
            features[row, 7, labels[row]] -= 5;
        }
        return new FeatureSet(features, labels, [.. Enumerable.Range(0, rows).Select(row => $"{prefix}{row}")], rows);
    }

    private static FeatureSet Only(FeatureSet set, params int[] labels)
    {
        var rows = Enumerable.Range(0, set.Rows).Where(row => labels.Contains(set.Labels[row])).ToArray();
        return new FeatureSet(
            set.Take(rows, CPU), [.. rows.Select(row => Array.IndexOf(labels, set.Labels[row]))], [.. rows.Select(row => set.ClipIds[row])],
                rows.Length);
    }
}
