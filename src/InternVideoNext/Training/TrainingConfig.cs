namespace InternVideoNext.Training;

/// <summary>How long, how fast and how exactly a stage is trained. Defaults follow section 8 of the method (the released scripts).</summary>
public sealed record TrainingConfig
{
    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Clips per step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The one seed: every draw of the run is a function of it.</summary>
    public ulong Seed { get; init; }

    /// <summary>Learning rate per 256 clips; the peak is this times batch size / 256.</summary>
    public required double BaseLearningRate { get; init; }

    /// <summary>Learning rate at the first warm-up step.</summary>
    public double StartLearningRate { get; init; } = 1e-6;

    /// <summary>Learning rate that the cosine ends at.</summary>
    public double FinalLearningRate { get; init; } = 1e-5;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>AdamW's decoupled weight decay, on tensors that decay (<see cref="WeightDecayRule"/>).</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>AdamW's first moment decay.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's second moment decay.</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>AdamW's epsilon.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Largest global gradient norm; longer gradients are scaled down to it.</summary>
    public double ClipNorm { get; init; } = 5;

    /// <summary>Arithmetic of weights and activations; master weights and moments are float32 in either.</summary>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>A checkpoint every so many steps; 0: only at the end and when interrupted.</summary>
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>How many of the newest checkpoints stay.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Losses are read from the device, and written to the log, every so many steps.</summary>
    public int LogEvery { get; init; } = 10;

    /// <summary>Steps with a non-finite loss or gradient are skipped and counted; more than this many stop the run.</summary>
    public int MaxSkippedSteps { get; init; } = 20;

    /// <summary>The learning rate at the end of warm-up.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double PeakLearningRate => BaseLearningRate * BatchSize / 256;

    /// <summary>Checks the values against one another.</summary>
    /// <exception cref="Configuration.ConfigurationException">Names every offending field with its value.</exception>
    public void Validate()
    {
        var check = new Configuration.ConfigCheck("training");
        check.Positive(Steps, "steps");
        check.Positive(BatchSize, "batch_size");
        check.Positive(BaseLearningRate, "base_learning_rate");
        check.Positive(ClipNorm, "clip_norm");
        check.Positive(LogEvery, "log_every");
        check.Positive(KeepCheckpoints, "keep_checkpoints");
        check.That(CheckpointEvery >= 0, $"checkpoint_every is {CheckpointEvery}; it must be 0 or more");
        check.That(WarmupSteps >= 0 && WarmupSteps < Steps, $"warmup_steps is {WarmupSteps}; it must lie in 0..steps-1 (steps is {Steps})");
        check.That(Beta1 is >= 0 and < 1 && Beta2 is >= 0 and < 1, $"beta1 is {Beta1}, beta2 is {Beta2}; both must lie in [0, 1)");
        check.ThrowIfAny();
    }
}
