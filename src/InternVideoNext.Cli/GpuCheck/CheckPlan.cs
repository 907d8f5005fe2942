namespace InternVideoNext.Cli.GpuCheck;

/// <summary>How large the check's models are, and how long its runs.</summary>
/// <param name="Device">Where everything runs: <c>cuda</c>, or another for a test of the check itself.</param>
/// <param name="Rows">The steps that are measured.</param>
/// <param name="Measuring">Options of each measurement.</param>
/// <param name="FromFiles">The run of steps from video files, as <c>--preset</c> and <c>--set</c> have it.</param>
/// <param name="Videos">Rendered clips.</param>
/// <param name="Side">Their height and width.</param>
internal sealed record CheckPlan(
    string Device, IReadOnlyList<CheckRow> Rows, IReadOnlyList<string> Measuring, IReadOnlyList<string> FromFiles, int Videos, int Side)
{
    /// <summary>The paper's models: the rows of bench/README.md.</summary>
    public static CheckPlan Full(string device) => new(
        device,
        [
            new("stage1-base", ["--preset", "base", "--stage", "1", "--batch", "16"]),
            new("stage1-base-without-teacher", ["--preset", "base", "--stage", "1", "--batch", "16", "--without-teacher"]),
            new("stage1-large", ["--preset", "large", "--stage", "1", "--batch", "8"]),
            new("stage1-large-recomputed", [
                "--preset", "large", "--stage", "1", "--batch", "16", "--set", "training.recompute.encoder=0-23"]) { HasTwin = false },
            new("stage2-base", ["--preset", "base", "--stage", "2", "--batch", "14"]),
            new("stage2-large", ["--preset", "large", "--stage", "2", "--batch", "8"]),
        ],
        ["--steps", "10", "--warm-up-seconds", "3"],
        [
            "--preset", "base", "--set", "training.steps=200", "training.batch_size=16", "training.warmup_steps=10",
            "teacher.random_weights=true",
        ],
        Videos: 128, Side: 256);

    /// <summary>The smallest models, for a test of the check itself.</summary>
    public static CheckPlan Tiny(string device) => new(
        device,
        [new("stage1-tiny", ["--preset", "tiny", "--stage", "1", "--batch", "2"]) { HasTwin = false }],
        ["--steps", "2", "--warm-up", "1", "--warm-up-seconds", "0"],
        ["--preset", "tiny", "--set", "training.steps=10", "training.batch_size=4", "training.warmup_steps=1"],
        Videos: 10, Side: 64);
}

/// <summary>A step that is measured.</summary>
/// <param name="Name">Of its files.</param>
/// <param name="Options">Of <c>bench train</c>.</param>
internal sealed record CheckRow(string Name, IReadOnlyList<string> Options)
{
    /// <summary>Whether plain PyTorch can make the same step.</summary>
    public bool HasTwin { get; init; } = true;
}
