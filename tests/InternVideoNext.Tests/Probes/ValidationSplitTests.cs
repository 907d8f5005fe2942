using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class ValidationSplitTests
{
    [Fact]
    public void Carve_ClipsOfSeveralViews_HoldsOutTheShareOfEveryClassWithoutSplittingClips()
    {
        // 60 clips of three views; classes of 40, 19 and 1 clips.
        var labels = Enumerable.Range(0, 180).Select(row => row / 3 < 40 ? 0 : row / 3 < 59 ? 1 : 2).ToArray();
        var ids = Enumerable.Range(0, 180).Select(row => $"clip{row / 3}").ToArray();
        using var set = new FeatureSet(zeros(180, 2), labels, ids, 60, FeatureOrigin.Augmented);
        var split = ValidationSplit.Carve(set, 0.2, new DeterministicRandom(1));
        Assert.Equal(Enumerable.Range(0, 180), split.Training.Concat(split.Validation).Order());
        Assert.Empty(split.Training.Select(row => ids[row]).Intersect(split.Validation.Select(row => ids[row])));
        var held = split.Validation.GroupBy(row => labels[row]).ToDictionary(group => group.Key, group => group.Count() / 3);
        Assert.Equal(new Dictionary<int, int> { [0] = 8, [1] = 4 }, held);
        Assert.Equal(split.Validation, ValidationSplit.Carve(set, 0.2, new DeterministicRandom(1)).Validation);
        Assert.NotEqual(split.Validation, ValidationSplit.Carve(set, 0.2, new DeterministicRandom(2)).Validation);
    }

    [Fact]
    public void Carve_OneClipPerClass_Throws()
    {
        using var set = new FeatureSet(zeros(2, 2), [0, 1], ["a", "b"], 2);
        Assert.Throws<ArgumentException>(() => ValidationSplit.Carve(set, 0.2, new DeterministicRandom(1)));
        Assert.False(ValidationSplit.CanCarve([1, 1], 0.2));
        Assert.False(ValidationSplit.CanCarve([2, 2], 0.2)); // a fifth of two is rounded to none
        Assert.True(ValidationSplit.CanCarve([1, 3], 0.2));
    }
}
