using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Recipes;

namespace InternVideoNext.Stages;

/// <summary>Makes the stage, with its teacher, that a configuration describes.</summary>
public static class StageFactory
{
    private static readonly ConcurrentDictionary<Type, Func<RunConfig, ITrainingStage>> Registered = new();

    /// <summary>Builds student and teacher on the configured device.</summary>
    /// <exception cref="ConfigurationException">The configuration contradicts itself.</exception>
    /// <exception cref="IOException">A teacher's or start checkpoint's file cannot be read.</exception>
    /// <param name="config">The run.</param>
    /// <param name="outputs">What a frozen teacher gave to other runs over the same batches; null where there are no others.</param>
    public static ITrainingStage Create(RunConfig config, FrozenOutputs? outputs = null) => Create(config, StepTrace.None, outputs);

    /// <summary>The same, of a stage that tells a trace which part of a step is under way.</summary>
    internal static ITrainingStage Create(RunConfig config, StepTrace trace, FrozenOutputs? outputs = null) => config switch
    {
        Stage1Config stage1 => new Stage1(stage1, CreateTeacher(stage1.Teacher, stage1), trace, outputs),
        Stage2Config stage2 =>
            new Stage2(stage2, stage2.Teacher == LatentTeacher.Image ? CreateTeacher(stage2.ImageTeacher, stage2) : null, trace, outputs),
        _ when Registered.TryGetValue(config.GetType(), out var build) => build(config),
        SupervisedConfig =>
            throw new ConfigurationException("supervised training needs the clips' labels; it is run by ./ivnext ablate --rows supervised"),
        _ => throw new ConfigurationException(
            $"nothing is registered that makes a stage of a {config.GetType().Name}; call "
            + $"StageFactory.Register<{config.GetType().Name}>(\"its_name\", config => ...) first"),
    };

    /// <summary>Makes a stage of one's own known: its configuration's name in JSON, and what builds it.</summary>
    /// <typeparam name="T">The stage's configuration, a record that derives from <see cref="RunConfig"/>.</typeparam>
    /// <param name="name">As for <see cref="ConfigKinds.Register{T}"/>.</param>
    /// <param name="build">From a configuration to a stage on the configured device.</param>
    /// <exception cref="ArgumentException">The name or the type is of no use.</exception>
    public static void Register<T>(string name, Func<T, ITrainingStage> build) where T : RunConfig
    {
        ConfigKinds.Register<T>(name);
        Registered[typeof(T)] = config => build((T)config);
    }

    /// <summary>The image teacher of a Stage 1 run, on its device; null where it has none. The caller disposes it.</summary>
    public static IImageTeacher? CreateTeacher(Stage1Config config) => CreateTeacher(config.Teacher, config);

    /// <summary>An image teacher of a run, on its device. The caller disposes it.</summary>
    [return: NotNullIfNotNull(nameof(config))]
    internal static IImageTeacher? CreateTeacher(ImageTeacherConfig? config, RunConfig run)
    {
        if (config is null) return null;
        run.Validate(); // before a large tower is built for nothing
        return config.Build(TrainingDevice.Open(run.Training), run.Training.Precision.ScalarType(), run.Training.Seed);
    }
}
