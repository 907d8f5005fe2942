namespace InternVideoNext.Probes;

/// <summary>What a reader of a probe's figures should know before believing them, one sentence each.</summary>
internal static class ProbeCautions
{
    private const int Shown = 5, TopFive = 5;

    /// <param name="protocol">The protocol.</param>
    /// <param name="classes">The label's classes.</param>
    /// <param name="train">The training clips.</param>
    /// <param name="test">The test clips.</param>
    public static IReadOnlyList<string> Of(ProbeProtocol protocol, IReadOnlyList<string> classes, FeatureSet train, FeatureSet test)
    {
        var (trained, tested) = (train.ClipLabels.ToHashSet(), test.ClipLabels.ToHashSet());
        List<string> cautions = [];
        Add(cautions, Names(classes, trained.Contains), "without a training clip, which no answer can name");
        Add(cautions, Names(classes, tested.Contains), "without a test clip, of which the figures say nothing");
        if (classes.Count <= TopFive)
            cautions.Add($"there are {classes.Count} classes: top-5 counts every answer as right");
        if (protocol.Grid.Neighbours.Where(k => k > train.Rows).ToList() is [_, ..] many)
            cautions.Add($"k = {string.Join(", ", many)} is more than the {train.Rows} training clips: all of them vote");
        return cautions;
    }

    private static List<string> Names(IReadOnlyList<string> classes, Func<int, bool> isThere) =>
        [.. Enumerable.Range(0, classes.Count).Where(index => !isThere(index)).Select(index => classes[index])];

    private static void Add(List<string> cautions, List<string> absent, string what)
    {
        if (absent.Count == 0) return;
        var more = absent.Count > Shown ? ", ..." : "";
        cautions.Add($"{absent.Count} classes are {what} ({string.Join(", ", absent.Take(Shown))}{more})");
    }
}
