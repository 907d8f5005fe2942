using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Interactive;
using InternVideoNext.Recipes;
using InternVideoNext.Runs;
using InternVideoNext.Stages;
using InternVideoNext.Training;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Directives;

namespace InternVideoNext.DotNetInteractive.Commands;

/// <summary><c>#!ivnext train</c>: a stage on the embedded world.</summary>
internal sealed class TrainRun : KernelDirectiveCommand
{
    private const int Clips = 1 << 20; // more than a run sees

    public int Stage { get; set; } = 1;
    public string Preset { get; set; } = "mini";
    public int? Steps { get; set; }
    public int Seed { get; set; } = 1;
    public string Device { get; set; } = "cpu";
    public string? Start { get; set; }
    public string? Out { get; set; }

    public static KernelActionDirective Directive => new("train")
    {
        Description = "Train a stage. A run that was interrupted goes on.",
        Parameters =
        {
            Commands.Directive.Parameter("--stage", "1 or 2; default 1."),
            Commands.Directive.Preset(),
            Commands.Directive.Parameter("--steps", "Steps instead of the preset's."),
            Commands.Directive.Parameter("--seed", "Default 1."),
            Commands.Directive.Parameter("--device", "cpu, cuda or cuda:N."),
            Commands.Directive.Parameter("--start", "Of Stage 2: the Stage 1 run, checkpoint or .safetensors file to start from."),
            Commands.Directive.Parameter("--out", "The run's folder; default runs/stageN-PRESET-sSEED beside the notebook."),
        },
    };

    public async Task RunAsync(KernelInvocationContext context)
    {
        var config = Config();
        var folder = new RunFolder(Path.GetFullPath(Out ?? $"runs/stage{Stage}-{Preset}-s{Seed}"));
        if (folder.ReadConfig() is { } known && ConfigDifference.Paths(known, config) is { Count: > 0 } differences)
            throw new ConfigurationException(
                $"{folder.Root} holds a run that differs in {string.Join(", ", differences)}; give another --out");
        var world = new ShapesWorldConfig().Build((ulong)Seed);
        var source = new ShapesSourceConfig { Clips = Clips, Frames = config.Data.Frames, Size = config.Data.Size }.Build(world);
        var live = new LiveOutput(context, $"Stage {Stage}, {Preset}");
        using var stage = StageFactory.Create(config);
        var outcome = await new Trainer(config, stage, source, folder).RunAsync(live, context.CancellationToken).ConfigureAwait(false);
        if (!outcome.Finished) throw new OperationCanceledException(context.CancellationToken);
        live.End();
        context.Display(new TrainingCurves(RunHistory.Open([folder.Root])).Losses()[0]);
        context.Display(new KeyValueTable(
            ("steps", outcome.Step), ("steps skipped", outcome.SkippedSteps), ("time", $"{outcome.Elapsed:hh\\:mm\\:ss}"),
            ("run", folder.Root)));
    }

    private RunConfig Config()
    {
        RunConfig config = Stage switch
        {
            1 => Presets.Stage1(Preset),
            2 => Presets.Stage2(Preset) with { Start = Start is null ? null : Path.GetFullPath(Start) },
            _ => throw new ConfigurationException($"--stage {Stage}: it is 1 or 2"),
        };
        var training = config.Training with { Seed = (ulong)Seed, Device = Device };
        if (Steps is { } steps)
            training = training with { Steps = steps, WarmupSteps = Math.Min(training.WarmupSteps, Math.Max(0, steps - 1)) };
        config = config with { Training = training };
        config.Validate();
        return config;
    }
}
