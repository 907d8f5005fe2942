using System.Text.Json;
using InternVideoNext.Foundation;
using InternVideoNext.Probes;
using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>What one run of a row gave, with everything needed to make it again. Serialises as snake_case JSON.</summary>
public sealed record AblationResult
{
    /// <summary>The row's id.</summary>
    public required string Row { get; init; }

    /// <summary>The seed of data, weights and every draw.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Of configuration, data and code (<see cref="AblationRun.Hash"/>).</summary>
    public required string Hash { get; init; }

    /// <summary>What the rows had in common.</summary>
    public required AblationSettings Settings { get; init; }

    /// <summary>
    /// The whole configuration; <c>start</c> is the run it began from, by its folder's name. Null for rows that train nothing.
    /// </summary>
    public RunConfig? Config { get; init; }

    /// <summary>The data, in words.</summary>
    public required string Data { get; init; }

    /// <summary>The data, exactly.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>Clips trained on, repeats counted; 0 for rows that train nothing. The start's are not in it.</summary>
    public required long TrainingClips { get; init; }

    /// <summary>Seconds of training, over all sittings.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Seconds of extracting features and probing.</summary>
    public required double ProbeSeconds { get; init; }

    /// <summary>Steps skipped for a non-finite loss or gradient.</summary>
    public required long SkippedSteps { get; init; }

    /// <summary>The last logged loss; null for rows that train nothing.</summary>
    public double? LastLoss { get; init; }

    /// <summary>What it ran on.</summary>
    public required AblationHardware Hardware { get; init; }

    /// <summary>Version and commit of the code.</summary>
    public required string Code { get; init; }

    /// <summary>When it was finished, UTC.</summary>
    public required DateTimeOffset Finished { get; init; }

    /// <summary>SHA-256 of the trained model's file; null for rows that train nothing.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>How alive the features of the test clips are.</summary>
    public required FeatureSummary Features { get; init; }

    /// <summary>Every probe of every label.</summary>
    public required IReadOnlyList<AblationProbe> Probes { get; init; }

    /// <summary>The actor found behind the mask; null for rows without a predictor, and where nobody knows its place.</summary>
    public PlaceResult? Place { get; init; }

    /// <summary>A label's probe by a readout; null where it wasn't run.</summary>
    /// <param name="label">The label.</param>
    /// <param name="readout">The readout's name (<see cref="AblationReadout.Name"/>).</param>
    public AblationProbe? Probe(string label, string readout) =>
        Probes.FirstOrDefault(p => p.Result.Label == label && p.Readout == readout);

    /// <summary>Indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Indented);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it came from, for error messages.</param>
    /// <exception cref="ConfigurationException">Not JSON, or a member is unknown or missing.</exception>
    public static AblationResult FromJson(string json, string source) => SnakeCaseJson.Read<AblationResult>(json, source);
}

/// <summary>One probe of a run.</summary>
/// <param name="Readout">Whose tokens were read by which protocol (<see cref="AblationReadout.Name"/>).</param>
/// <param name="Result">What it reports.</param>
/// <param name="Correct">
/// For each test clip, in order, <c>1</c> where the answer is right and <c>0</c> where not: for paired comparisons of runs of one seed.
/// </param>
public sealed record AblationProbe(string Readout, ProbeResult Result, string Correct);

/// <summary>What a run was computed on.</summary>
/// <param name="Device"><c>cpu</c> or <c>cuda:N</c>.</param>
/// <param name="Processor">The machine's processor, or graphics card.</param>
/// <param name="Threads">Threads of libtorch within an operation.</param>
/// <param name="TorchVersion">libtorch's version.</param>
/// <param name="Runtime">.NET and operating system.</param>
public sealed record AblationHardware(string Device, string Processor, int Threads, string TorchVersion, string Runtime);
