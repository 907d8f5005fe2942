using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class ProbeCautionsTests
{
    [Fact]
    public void Of_ClassesWithoutClips_NamesThem()
    {
        using var train = Set("t", 0, 1, 2, 3, 4, 5, 0);
        using var test = Set("u", 0, 7, 7);
        var cautions = ProbeCautions.Of(ProbeProtocols.Mini, MadeFeatures.Classes(8), train, test);
        Assert.Equal(
            [
                "2 classes are without a training clip, which no answer can name (class 6, class 7)",
                "6 classes are without a test clip, of which the figures say nothing (class 1, class 2, class 3, class 4, class 5, ...)",
            ],
            cautions);
    }

    [Fact]
    public void Of_FewerClassesThanTopFiveCounts_SaysSo()
    {
        using var train = Set("t", 0, 1, 2, 3);
        using var test = Set("u", 0, 1, 2, 3);
        Assert.Equal(
            ["there are 4 classes: top-5 counts every answer as right"],
            ProbeCautions.Of(ProbeProtocols.Mini, MadeFeatures.Classes(4), train, test));
    }

    [Fact]
    public void Of_FewerTrainingClipsThanNeighbours_SaysSo()
    {
        using var train = Set("t", 0, 1, 2, 3, 4, 5);
        using var test = Set("u", 0, 1, 2, 3, 4, 5);
        var caution = Assert.Single(ProbeCautions.Of(ProbeProtocols.NearestNeighbours, MadeFeatures.Classes(6), train, test));
        Assert.Contains("is more than the 6 training clips: all of them vote", caution, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingToSay_IsEmpty()
    {
        using var train = Set("t", 0, 1, 2, 3, 4, 5);
        using var test = Set("u", 0, 1, 2, 3, 4, 5);
        Assert.Empty(ProbeCautions.Of(ProbeProtocols.Mini, MadeFeatures.Classes(6), train, test));
    }

    private static FeatureSet Set(string prefix, params int[] labels) =>
        new(zeros(labels.Length, 2), labels, [.. labels.Select((_, i) => $"{prefix}{i}")], labels.Length);
}
