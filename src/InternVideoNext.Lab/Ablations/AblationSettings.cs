using InternVideoNext.Foundation;
using InternVideoNext.Models;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>What all rows of an ablation have in common.</summary>
public sealed record AblationSettings
{
    /// <summary>The size: one of <see cref="Presets.Names"/>.</summary>
    public required string Preset { get; init; }

    /// <summary>Where runs are trained: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Every run's clips are multiplied by it, and with them its steps and warm-up: 1 is the preset's own length.</summary>
    public double Length { get; init; } = 1;

    /// <summary>
    /// Clips a step instead of the preset's, at the same learning rates: fewer clips make more steps of the same training. Null keeps the
    /// preset's.
    /// </summary>
    public int? BatchSize { get; init; }

    /// <summary>Another image teacher than the preset's (a real SigLIP2); null keeps the preset's.</summary>
    public ImageTeacherConfig? Teacher { get; init; }

    /// <summary>ModernBERT weights for the text-initialised predictor; null leaves that row out.</summary>
    public string? TextWeights { get; init; }

    /// <summary>Names of the probe protocols that every row is measured by; empty: the preset's own.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>
    /// How every row is measured: by the protocols on the encoder's tokens; without any named, of the presets for the synthetic world by
    /// <see cref="AblationReadout.Synthetic"/>, of the paper's sizes by the published linear probe.
    /// </summary>
    internal IReadOnlyList<AblationReadout> Readouts =>
        Protocols.Count > 0 ? [.. Protocols.Select(name => new AblationReadout(FeatureSpace.Encoder, ProbeProtocols.Find(name)))]
        : Preset is "tiny" or "mini" or "small" ? AblationReadout.Synthetic
            : [new(FeatureSpace.Encoder, ProbeProtocols.InternVideo2Linear)];

    /// <summary>
    /// The readout that a label's verdicts are taken on, fixed in advance: motion and steps, which need the order of frames, by the
    /// encoder's frame means, everything else by its mean token; where protocols are named, by the first.
    /// </summary>
    /// <param name="label">The label.</param>
    public string ReadoutFor(string label)
    {
        var ordered = label is AblationClaims.Motion or "steps";
        var readouts = Readouts.Select(r => r.Name).ToList();
        return ordered && readouts.Contains(AblationReadout.EncoderFrames.Name) ? AblationReadout.EncoderFrames.Name : readouts[0];
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ConfigurationException">There is no such preset, or a number is out of range.</exception>
    public void Validate()
    {
        _ = Presets.Stage1(Preset);
        try
        {
            _ = Readouts;
        }
        catch (ArgumentException e)
        {
            throw new ConfigurationException(e.Message, e);
        }
        new ConfigCheck("ablation").Require(Length is > 0 and <= 1000, "length", Length, "must be above 0 and at most 1000")
            .Require(BatchSize is null or (> 0 and <= 65536), "batch_size", BatchSize, "must lie in 1..65536, or be null").ThrowIfAny();
    }

    /// <summary>The Stage 1 run that rows vary: the whole method's, of one seed.</summary>
    internal Stage1Config Stage1(ulong seed)
    {
        var config = Presets.Stage1(Preset);
        var teacher = Teacher ?? config.Teacher;
        return config with { Teacher = teacher, Training = Shared(config.Training, seed) };
    }

    /// <summary>The Stage 2 run that rows vary; its start is the caller's to set.</summary>
    internal Stage2Config Stage2(ulong seed)
    {
        var config = Presets.Stage2(Preset);
        return config with { ImageTeacher = null, Training = Shared(config.Training, seed) };
    }

    /// <summary>The image teacher of the rows.</summary>
    internal ImageTeacherConfig ImageTeacher => Teacher ?? Presets.Stage1(Preset).Teacher!;

    private TrainingConfig Shared(TrainingConfig training, ulong seed)
    {
        var batch = BatchSize ?? training.BatchSize;
        var ratio = (double)training.BatchSize / batch;
        var steps = Math.Max(2, (int)Math.Round(training.Steps * Length * ratio));
        return training with
        {
            Seed = seed,
            Device = Device,
            Steps = steps,
            WarmupSteps = Math.Min(steps - 1, (int)Math.Round(training.WarmupSteps * Length * ratio)),
            BatchSize = batch,
            // Configured per 256 clips: so that a step's own rate stays what it is.
            BaseLearningRate = training.BaseLearningRate * ratio,
            StartLearningRate = training.StartLearningRate * ratio,
            FinalLearningRate = training.FinalLearningRate * ratio,
            CheckpointEvery = Math.Min(training.CheckpointEvery, 250),
            KeepCheckpoints = 1,
        };
    }
}
