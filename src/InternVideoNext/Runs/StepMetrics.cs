using System.Text.Json.Serialization;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;

namespace InternVideoNext.Runs;

/// <summary>One line of <c>metrics.jsonl</c>: what a step did. Members that another version wrote are passed over.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record StepMetrics
{
    /// <summary>1-based step just done.</summary>
    public required long Step { get; init; }

    /// <summary>The weighted sum that was differentiated; null where it was not finite.</summary>
    public required double? Loss { get; init; }

    /// <summary>Unweighted parts by name.</summary>
    public required IReadOnlyDictionary<string, double?> Parts { get; init; }

    /// <summary>
    /// Further numbers by name: <c>pixel_t1</c> (least noise) to <c>pixel_t4</c>, the diffusion loss by quarter of the timesteps.
    /// Absent where a stage has none.
    /// </summary>
    public IReadOnlyDictionary<string, double?>? Details { get; init; }

    /// <summary>Global gradient norm before clipping.</summary>
    public required double? GradientNorm { get; init; }

    /// <summary>Learning rate of the step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Clips per second of all processes, over the steps written together with this one, waiting included.</summary>
    public required double ClipsPerSecond { get; init; }

    /// <summary>Seconds this step waited for data; of several processes, the one that waited longest.</summary>
    public required double DataWaitSeconds { get; init; }

    /// <summary>
    /// Memory of the process that writes the line, MiB: on the CPU what is resident, on CUDA what it holds of its GPU (of the whole GPU
    /// where the driver does not tell processes apart, 0 where it tells nothing).
    /// </summary>
    public double MemoryMegabytes { get; init; }

    /// <summary>Tensors of the process that were not disposed when the line was written: a number that grows is a leak.</summary>
    public long LiveTensors { get; init; }

    /// <summary>Steps skipped so far for a non-finite loss or gradient.</summary>
    public required long SkippedSteps { get; init; }

    /// <summary>The manifest entries of the step's clips, where this step was skipped; absent elsewhere.</summary>
    public IReadOnlyList<int>? SkippedClips { get; init; }

    /// <summary>How alive the encoder's features are, every <see cref="TrainingConfig.HealthEvery"/> steps; absent elsewhere.</summary>
    public FeatureSummary? Health { get; init; }

    /// <summary>
    /// Accuracy (0 to 1) of a quick probe by label name, with the weights after this step, every <see cref="TrainingConfig.ProbeEvery"/>
    /// steps; absent elsewhere.
    /// </summary>
    public IReadOnlyDictionary<string, double>? Probe { get; init; }
}
