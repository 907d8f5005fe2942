using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

public sealed class FeatureSetTests
{
    public static TheoryData<int[], int[], string[], int, string> Malformed => new()
    {
        { [2, 2, 2, 2], [0, 1], ["a", "b"], 2, "[n, N, C]" },
        { [2, 3], [0], ["a", "b"], 2, "1 labels" },
        { [2, 3], [0, 1], ["a"], 2, "1 clip ids" },
        { [2, 3], [0, -1], ["a", "b"], 2, "'b' has label -1" },
        { [2, 3], [0, 1], ["a", "a"], 2, "'a' has labels 0 and 1" },
        { [2, 3], [0, 1], ["a", "b"], 1, "expected is 1" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Constructor_Malformed_NamesTheFault(int[] shape, int[] labels, string[] ids, int expected, string fault)
    {
        using var features = zeros([.. shape.Select(size => (long)size)]);
        var error = Assert.Throws<ArgumentException>(() => new FeatureSet(features, labels, ids, expected));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NotANumber_NamesTheClip()
    {
        using var features = zeros(3, 2, 2);
        features[1, 0, 1] = float.NaN;
        var error = Assert.Throws<ArgumentException>(() => new FeatureSet(features, [0, 0, 0], ["a", "b", "c"], 3));
        Assert.Contains("'b' and 0 other rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_DoublePrecision_Throws()
    {
        using var features = zeros(1, 2, dtype: float64);
        Assert.Throws<ArgumentException>(() => new FeatureSet(features, [0], ["a"], 1));
    }

    [Fact]
    public void Constructor_InsideScope_OutlivesIt()
    {
        FeatureSet set;
        using (NewDisposeScope()) set = new FeatureSet(ones(2, 3, 4), [1, 1], ["a", "a"], 5);
        using (set)
        using (var pooled = set.MeanPooled())
        {
            Assert.Equal(24, set.Features.sum().item<float>());
            Assert.Equal((1, 2, 5, 4L, true), (set.Clips, set.Rows, set.Expected, set.Width, set.HasTokens));
            Assert.Equal([2, 4], pooled.Features.shape);
        }
    }
}
