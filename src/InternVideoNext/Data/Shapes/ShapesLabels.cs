using System.Text.Json;
using InternVideoNext.Randomness;

namespace InternVideoNext.Data.Shapes;

/// <summary>The world's labels: names, classes, and each clip's class.</summary>
internal static class ShapesLabels
{
    public const string Appearance = "appearance";
    public const string Motion = "motion";
    public const string Steps = "steps";

    private static readonly ActorMotion[] StepMotions =
        [ActorMotion.Right, ActorMotion.Down, ActorMotion.OrbitClockwise, ActorMotion.SpinClockwise];

    /// <summary>Draws what happens: uniform over the classes of the task's label.</summary>
    public static IReadOnlyList<ActorMotion> DrawPhases(ShapesTask task, DeterministicRandom random)
    {
        if (task == ShapesTask.Motion) return [(ActorMotion)random.NextInt(8)];
        return StepPair(random.NextInt(12));
    }

    /// <summary>Label name to class names.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Classes(ShapesTask task)
    {
        var appearance =
            from shape in Enum.GetValues<ActorShape>()
            from backdrop in Enum.GetValues<BackdropPattern>()
            select $"{Name(shape)}_on_{Name(backdrop)}";
        var (label, classes) = task == ShapesTask.Motion
            ? (Motion, Enum.GetValues<ActorMotion>().Select(Name))
            : (Steps, Enumerable.Range(0, 12).Select(StepPair).Select(pair => $"{Name(pair[0])}_then_{Name(pair[1])}"));
        return new Dictionary<string, IReadOnlyList<string>> { [Appearance] = [.. appearance], [label] = [.. classes] };
    }

    /// <summary>Label name to the clip's class index.</summary>
    public static IReadOnlyDictionary<string, int> Of(ShapesClip clip)
    {
        var appearance = ((int)clip.Shape * 4) + (int)clip.Backdrop;
        return clip.Phases.Count == 1
            ? new Dictionary<string, int> { [Appearance] = appearance, [Motion] = (int)clip.Phases[0] }
            : new Dictionary<string, int> { [Appearance] = appearance, [Steps] = StepIndex(clip.Phases) };
    }

    // Pair k: the first motion is k / 3, the second one of the three others.
    private static ActorMotion[] StepPair(int index)
    {
        var (first, second) = (index / 3, index % 3);
        return [StepMotions[first], StepMotions[second < first ? second : second + 1]];
    }

    private static int StepIndex(IReadOnlyList<ActorMotion> phases)
    {
        var (first, second) = (Array.IndexOf(StepMotions, phases[0]), Array.IndexOf(StepMotions, phases[1]));
        return (first * 3) + (second < first ? second : second - 1);
    }

    private static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
