using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Masking;
using InternVideoNext.Models;
using InternVideoNext.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace InternVideoNext.Training;

/// <summary>Makes the stage, with its teacher, that a configuration describes.</summary>
public static class StageFactory
{
    /// <summary>Builds student and teacher on the configured device.</summary>
    /// <exception cref="Configuration.ConfigurationException">The configuration contradicts itself.</exception>
    /// <exception cref="IOException">A teacher's or start checkpoint's file cannot be read.</exception>
    public static ITrainingStage Create(RunConfig config) => Create(config, StepTrace.None);

    /// <summary>The same, of a stage that tells a trace which part of a step is under way.</summary>
    internal static ITrainingStage Create(RunConfig config, StepTrace trace) => config switch
    {
        Stage1Config stage1 => new Stage1(stage1, Teacher(stage1.Teacher, stage1), trace),
        Stage2Config stage2 => new Stage2(stage2, stage2.Teacher == LatentTeacher.Image ? Teacher(stage2.ImageTeacher, stage2) : null, trace),
        _ => throw new Configuration.ConfigurationException($"a {config.GetType().Name} is no stage of the method; supervised training is run by ./ivnext ablate --rows supervised"),
    };

    /// <summary>The image teacher of a Stage 1 run, on its device; null where it has none. The caller disposes it.</summary>
    public static SiglipTeacher? CreateTeacher(Stage1Config config) => Teacher(config.Teacher, config);

    /// <summary>An image teacher of a run, on its device. The caller disposes it.</summary>
    internal static SiglipTeacher CreateTeacher(ImageTeacherConfig config, RunConfig run) => Teacher(config, run)!;

    private static SiglipTeacher? Teacher(ImageTeacherConfig? config, RunConfig run)
    {
        if (config is null) return null;
        run.Validate(); // before a large tower is built for nothing
        var tower = config switch
        {
            ShapesTeacherConfig { Path: null } => ShapesTeacher.LoadEmbedded().Tower,
            ShapesTeacherConfig { Path: { } path } => ShapesTeacher.Load(path).Tower,
            SiglipTeacherConfig siglip => LoadSiglip(siglip, run),
            _ => throw new ArgumentOutOfRangeException(nameof(config), config.GetType().Name, "not an image teacher"),
        };
        foreach (var parameter in tower.parameters()) parameter.requires_grad = false;
        tower.to(TrainingDevice.Open(run.Training), run.Training.Precision.ScalarType());
        return new SiglipTeacher(tower, tower.Config, config.Interval);
    }

    private static SiglipVisionTower LoadSiglip(SiglipTeacherConfig config, RunConfig run)
    {
        using var generator = new Generator(SeedSequence.Derive(run.Training.Seed, 0x7EAC), CPU);
        if (config.Path is not { } path) return config.Tower.Build(generator);
        using var file = SafetensorsCheckpoint.Open(path);
        var tower = config.Tower.Build(generator);
        var grid = new TokenGrid(1, config.Tower.GridSide, config.Tower.GridSide);
        StrictLoader.Load(tower, file, SiglipVision.Map, PositionTableResizing.To(grid, classTokens: 0));
        return tower;
    }
}
