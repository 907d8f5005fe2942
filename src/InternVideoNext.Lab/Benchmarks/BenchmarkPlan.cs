using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Benchmarks;

/// <summary>What is to be measured.</summary>
/// <param name="Config">The run whose steps are measured; see <see cref="Complete"/>.</param>
public sealed record BenchmarkPlan(RunConfig Config)
{
    /// <summary>Steps measured; the medians of fewer than 10 say little.</summary>
    public int Steps { get; init; } = 10;

    /// <summary>Steps before.</summary>
    public int WarmUp { get; init; } = 3;

    /// <summary>
    /// Seconds of steps before, at the least. In its first ones .NET compiles a step's code a second time, beside the step.
    /// </summary>
    public double WarmUpSeconds { get; init; }

    /// <summary>Leaves the image teacher's forward pass out: its answers are made before.</summary>
    public bool WithoutTeacher { get; init; }

    /// <summary>Also draws a timeline of three steps.</summary>
    public bool Profile { get; init; }

    /// <summary>
    /// A run's configuration as it is measured: weights that no file gives are random, since no time depends on their values,
    /// and nothing is done besides steps.
    /// </summary>
    /// <param name="config">Any run of either stage.</param>
    public static RunConfig Complete(RunConfig config)
    {
        var training = config.Training with { HealthEvery = 0, ProbeEvery = 0, CheckpointEvery = 0 };
        return config switch
        {
            Stage1Config stage1 => stage1 with { Training = training, Teacher = Random(stage1.Teacher) },
            Stage2Config stage2 => stage2 with
            {
                Training = training,
                ImageTeacher = stage2.Teacher == LatentTeacher.Image ? Random(stage2.ImageTeacher) : null,
                PredictorStart = stage2.Start is null ? PredictorStart.Fresh : stage2.PredictorStart,
            },
            _ => throw new ConfigurationException($"a {config.GetType().Name} is no stage of the method"),
        };
    }

    /// <summary>The image teacher that a run asks; null where it asks none.</summary>
    internal static ImageTeacherConfig? TeacherOf(RunConfig config) => config switch
    {
        Stage1Config { ReadsTeacher: true } stage1 => stage1.Teacher,
        Stage2Config { Teacher: LatentTeacher.Image } stage2 => stage2.ImageTeacher,
        _ => null,
    };

    /// <summary>Checks the plan and its run.</summary>
    /// <exception cref="ConfigurationException">Names every offending field.</exception>
    public void Validate()
    {
        var check = new ConfigCheck("bench").Positive("steps", Steps).NotNegative("warm_up", WarmUp)
            .NotNegative("warm_up_seconds", WarmUpSeconds);
        check.Include(Config.Validate);
        check.That(
            !WithoutTeacher || TeacherOf(Config) is not null,
            "without_teacher is set, but no image teacher is part of this run (Stage 2's teacher is an encoder that cannot be left out)")
            .ThrowIfAny();
    }

    // The sizes of the small teacher stand in its file; here they stand in the configuration, for whoever measures the same elsewhere.
    private static ImageTeacherConfig? Random(ImageTeacherConfig? teacher)
    {
        if (teacher is SiglipTeacherConfig { Path: null } siglip) return siglip with { RandomWeights = true };
        if (teacher is not ShapesTeacherConfig shapes) return teacher;
        using var loaded = shapes.Path is { } path ? ShapesTeacher.Load(path) : ShapesTeacher.LoadEmbedded();
        return new SiglipTeacherConfig { Tower = loaded.Config, RandomWeights = true, Interval = shapes.Interval };
    }
}
