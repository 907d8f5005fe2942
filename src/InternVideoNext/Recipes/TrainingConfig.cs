using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>
/// How long, how fast and how exactly a stage is trained. Defaults follow section 8 of the method (the released scripts).
/// </summary>
public sealed record TrainingConfig
{
    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Clips computed at a time.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The one seed: every draw of the run is a function of it.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Batches of <see cref="BatchSize"/> clips whose gradients make one step: a step sees batch size times accumulation clips. Several
    /// processes share these batches out.
    /// </summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>
    /// Learning rate at the end of warm-up, per 256 clips of a step, as are the two below: all scale with the clips of a step.
    /// </summary>
    public required double BaseLearningRate { get; init; }

    /// <summary>Learning rate at the first warm-up step, per 256 clips.</summary>
    public double StartLearningRate { get; init; } = 1e-6;

    /// <summary>Learning rate that the cosine ends at, per 256 clips.</summary>
    public double FinalLearningRate { get; init; } = 1e-5;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>
    /// Share of the steps after warm-up in which the rate falls: 1, the released scripts' cosine, or less, which holds the peak until then.
    /// </summary>
    public double DecayShare { get; init; } = 1;

    /// <summary>AdamW's decoupled weight decay, on tensors that decay (<c>WeightDecayRule</c>).</summary>
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

    /// <summary>
    /// Threads of one operation on the CPU; 0: as many as libtorch takes when the process first trains. Sums are split among them, so their
    /// number changes last bits.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// Only deterministic kernels: two runs of this configuration on the same kind of machine, with the same libtorch, agree to the
    /// bit. An operator that has no such kernel then fails. Needs <see cref="Threads"/>. On CUDA it sets the environment's
    /// <c>CUBLAS_WORKSPACE_CONFIG</c> to <c>:4096:8</c> where nobody has set it.
    /// </summary>
    public bool Deterministic { get; init; }

    /// <summary>Blocks that trade time for memory.</summary>
    public RecomputeConfig Recompute { get; init; } = new();

    /// <summary>A checkpoint every so many steps; 0: only at the end and when interrupted.</summary>
    public int CheckpointEvery { get; init; } = 500;

    /// <summary>How many of the newest checkpoints stay.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Checkpoints at multiples of so many steps stay beside the newest ones; 0: none.</summary>
    public int KeepEvery { get; init; }

    /// <summary>Losses are read from the device, and written to the log, every so many steps.</summary>
    public int LogEvery { get; init; } = 10;

    /// <summary>Steps with a non-finite loss or gradient are skipped and counted; more than this many stop the run.</summary>
    public int MaxSkippedSteps { get; init; } = 20;

    /// <summary>The encoder's features are measured (<c>health</c> of a step's metrics) every so many steps; 0: never.</summary>
    public int HealthEvery { get; init; } = 100;

    /// <summary>A quick probe of the encoder on labelled clips every so many steps, where the data have labels; 0: never.</summary>
    public int ProbeEvery { get; init; }

    /// <summary>Labelled clips of a quick probe, at most.</summary>
    public int ProbeClips { get; init; } = 256;

    /// <summary>Clips of a step.</summary>
    [JsonIgnore]
    public int ClipsPerStep => BatchSize * Accumulation;

    /// <summary>Checks the values against one another.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate() => new ConfigCheck("training")
        .Positive("steps", Steps)
        .InRange("batch_size", BatchSize, 1, ConfigLimits.Clips)
        .InRange("accumulation", Accumulation, 1, ConfigLimits.Clips)
        .That((long)BatchSize * Accumulation <= ConfigLimits.Clips,
            $"batch_size = {BatchSize} and accumulation = {Accumulation} make a step of more than {ConfigLimits.Clips} clips")
        .Positive("base_learning_rate", BaseLearningRate)
        .InRange("start_learning_rate", StartLearningRate, 0, BaseLearningRate)
        .InRange("final_learning_rate", FinalLearningRate, 0, BaseLearningRate)
        .NotNegative("warmup_steps", WarmupSteps)
        .Require(Steps <= 0 || WarmupSteps < Steps, "warmup_steps", WarmupSteps,
            $"must be below steps = {Steps}: warmup_steps of {Steps - 1} or less fits, or steps of {WarmupSteps + 1L} or more")
        .Require(DecayShare is > 0 and <= 1, "decay_share", DecayShare, "must lie in (0, 1]")
        .Require(WeightDecay >= 0, "weight_decay", WeightDecay, "must not be negative")
        .Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "must lie in [0, 1)")
        .Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "must lie in [0, 1)")
        .Positive("epsilon", Epsilon)
        .Positive("clip_norm", ClipNorm)
        .Require(TrainingDevice.IsName(Device), "device", Device, "must be cpu, cuda or cuda:N")
        .InRange("threads", Threads, 0, ConfigLimits.Threads)
        .That(!Deterministic || Threads > 0, "deterministic is true, but threads is 0, as many as the machine has; name their number")
        .NotNegative("checkpoint_every", CheckpointEvery)
        .Positive("keep_checkpoints", KeepCheckpoints)
        .NotNegative("keep_every", KeepEvery)
        .Positive("log_every", LogEvery)
        .NotNegative("health_every", HealthEvery)
        .NotNegative("probe_every", ProbeEvery)
        .InRange("probe_clips", ProbeClips, 2, ConfigLimits.Clips)
        .NotNegative("max_skipped_steps", MaxSkippedSteps)
        .ThrowIfAny();
}
