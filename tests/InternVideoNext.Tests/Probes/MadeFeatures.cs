using InternVideoNext.Probes;
using static TorchSharp.torch;

namespace InternVideoNext.Tests.Probes;

/// <summary>Made-up features with known answers.</summary>
internal static class MadeFeatures
{
    public static IReadOnlyList<string> Classes(int count) => [.. Enumerable.Range(0, count).Select(index => $"class {index}")];

    /// <summary>One cluster per class, far apart: [n, width], or [n, tokens, width] with the class in every token.</summary>
    public static FeatureSet Separable(int rows, int classes, int width, ulong seed, string prefix, int tokens = 0) =>
        Make(rows, classes, width, seed, prefix, tokens, separation: 6);

    /// <summary>No relation between features and labels.</summary>
    public static FeatureSet Noise(int rows, int classes, int width, ulong seed, string prefix, int tokens = 0) =>
        Make(rows, classes, width, seed, prefix, tokens, separation: 0);

    /// <summary>Clusters whose centres are <paramref name="separation"/> noise deviations from 0 along one axis per class.</summary>
    public static FeatureSet Make(int rows, int classes, int width, ulong seed, string prefix, int tokens, double separation)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(seed);
        var labels = Enumerable.Range(0, rows).Select(row => row % classes).ToArray();
        var centres = eye(classes, width) * separation;
        var signal = centres.index_select(0, tensor(labels.Select(label => (long)label).ToArray()));
        var features = tokens == 0
            ? randn([rows, width], generator: generator) + signal
            : randn([rows, tokens, width], generator: generator) + signal.unsqueeze(1);
        return new FeatureSet(features, labels, [.. Enumerable.Range(0, rows).Select(row => $"{prefix}{row}")], rows);
    }

    /// <summary>The same features with other labels.</summary>
    public static FeatureSet Relabel(FeatureSet set, Func<int, int> label) =>
        new(set.Features.clone(), [.. set.Labels.Select(label)], set.ClipIds, set.Expected, set.Origin);
}
