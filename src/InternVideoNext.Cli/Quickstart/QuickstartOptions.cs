using System.Text.Json.Nodes;
using InternVideoNext.Data;
using InternVideoNext.Recipes;

namespace InternVideoNext.Cli.Quickstart;

/// <summary>What the quickstart runs: sizes chosen so that the whole takes under five minutes on two processor cores.</summary>
internal sealed record QuickstartOptions
{
    /// <summary>The run's folder.</summary>
    public required string Out { get; init; }

    /// <summary>The user's own videos; null: the synthetic set.</summary>
    public string? Videos { get; init; }

    /// <summary>Seed of the synthetic set and of both stages.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Frames of a rendered video, a second long.</summary>
    public const int ClipFrames = 8;

    public int TrainClips { get; init; } = 1536;

    public int TestClips { get; init; } = 512;

    public int Stage1Steps { get; init; } = 700;

    public int Stage2Steps { get; init; } = 2600;

    /// <summary>Values replaced in both stages' configurations, as <c>path=value</c>.</summary>
    public IReadOnlyList<string> Set { get; init; } = [];

    public string DataFolder => Path.Combine(Out, "data");

    public string IndexFolder => Path.Combine(Out, "index");

    public Stage1Config Stage1()
    {
        var preset = Presets.Stage1("mini");
        return (Stage1Config)ConfigJson.Override(
            preset with { Data = ForQuickstart(preset.Data), Training = ForQuickstart(preset.Training, Stage1Steps) }, Set);
    }

    public Stage2Config Stage2()
    {
        var preset = Presets.Stage2("mini");
        return (Stage2Config)ConfigJson.Override(
            preset with
            {
                Start = Path.Combine(Out, "stage1"),
                Data = ForQuickstart(preset.Data),
                Training = ForQuickstart(preset.Training, Stage2Steps)
            }, Set);
    }

    /// <summary>Everything that fixes the job, as JSON.</summary>
    public string Describe(Stage1Config stage1, Stage2Config stage2) => new JsonObject
    {
        ["seed"] = Seed,
        ["videos"] = Videos,
        ["train_clips"] = TrainClips,
        ["test_clips"] = TestClips,
        ["stage1"] = JsonNode.Parse(ConfigJson.Write(stage1)),
        ["stage2"] = JsonNode.Parse(ConfigJson.Write(stage2)),
    }.ToJsonString();

    private TrainingConfig ForQuickstart(TrainingConfig training, int steps) =>
        training with { Steps = steps, WarmupSteps = Math.Min(100, steps / 15), Seed = Seed };

    private static DataConfig ForQuickstart(DataConfig data) => data with { CacheMegabytes = 1024, CropScales = [1, 0.875] };
}
