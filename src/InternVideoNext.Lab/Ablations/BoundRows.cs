using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>What is to be had without pre-training, and what the same encoder can reach with labels.</summary>
internal static class BoundRows
{
    public const string SupervisedId = "supervised";

    public static IReadOnlyList<AblationRow> All { get; } =
    [
        Untrained("random-encoder", "Random encoder", "The architecture alone.", AblationKind.RandomEncoder),
        Untrained("raw-pixels", "Raw pixels", "The clip itself, averaged over 8 x 8 fields of each frame.", AblationKind.RawPixels),
        Untrained(
            "teacher-frames", "Image teacher's frame features", "What the teacher knows, averaged over frames: no order of time.",
            AblationKind.ImageTeacher),
        new()
        {
            Id = SupervisedId,
            Table = AblationTable.Bounds,
            Title = "Supervised, same encoder",
            Purpose = "The same encoder trained with all labels, for as long as both stages.",
            Configure = Supervised,
        },
    ];

    private static AblationRow Untrained(string id, string title, string purpose, AblationKind kind) =>
        new() { Id = id, Table = AblationTable.Bounds, Title = title, Purpose = purpose, Kind = kind };

    // The classes are the data's; the runner fills them in.
    private static SupervisedConfig Supervised(AblationSettings settings, ulong seed)
    {
        var (stage1, stage2) = (settings.Stage1(seed), settings.Stage2(seed));
        var training = stage1.Training;
        return new SupervisedConfig
        {
            Preset = stage1.Preset,
            Model = new ModelConfig
            {
                Encoder = stage1.Model.Encoder,
                Decoder = new LabelHeadsConfig { Classes = new Dictionary<string, int>() }
            },
            Masking = new RandomMaskingConfig { Ratio = 0.5 },
            Data = stage1.Data,
            Training = training with
            {
                Steps = training.Steps + stage2.Training.Steps,
                WarmupSteps = training.WarmupSteps + stage2.Training.WarmupSteps
            },
        };
    }
}
