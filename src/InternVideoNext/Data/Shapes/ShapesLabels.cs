using System.Text.Json;
using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Shapes;

/// <summary>The world's labels: names, classes, and each clip's class.</summary>
internal static class ShapesLabels
{
    public const string Appearance = "appearance";
    public const string Motion = "motion";
    public const string Steps = "steps";

    private static readonly ActorMotion[] Directions = [ActorMotion.Right, ActorMotion.Left, ActorMotion.Down, ActorMotion.Up];

    /// <summary>Draws what happens: uniform over the classes of the task's label.</summary>
    public static IReadOnlyList<ActorMotion> DrawPhases(ShapesTask task, DeterministicRandom random) => task switch
    {
        ShapesTask.Motion => [Directions[random.NextInt(Directions.Length)]],
        ShapesTask.Mechanisms => [(ActorMotion)random.NextInt(8)],
        _ => StepPair(random.NextInt(12)),
    };

    /// <summary>Label name to class names.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Classes(ShapesTask task)
    {
        var appearance =
            from shape in Enum.GetValues<ActorShape>()
            from backdrop in Enum.GetValues<BackdropPattern>()
            select $"{Name(shape)}_on_{Name(backdrop)}";
        var (label, classes) = task switch
        {
            ShapesTask.Motion => (Motion, Directions.Select(Name)),
            ShapesTask.Mechanisms => (Motion, Enum.GetValues<ActorMotion>().Select(Name)),
            _ => (Steps, Enumerable.Range(0, 12).Select(StepPair).Select(pair => $"{Name(pair[0])}_then_{Name(pair[1])}")),
        };
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
        return [Directions[first], Directions[second < first ? second : second + 1]];
    }

    private static int StepIndex(IReadOnlyList<ActorMotion> phases)
    {
        var (first, second) = (Array.IndexOf(Directions, phases[0]), Array.IndexOf(Directions, phases[1]));
        return (first * 3) + (second < first ? second : second - 1);
    }

    private static string Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
