using System.Text.Json;
using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>
/// How a frozen encoder is judged, as data: which features, how many views at test time, which probe, how it is trained
/// and how its hyper-parameters are chosen. <see cref="ProbeProtocols"/> lists the known ones. The fields about frames and
/// views describe the features to extract; a probe run checks what it can see of them and reports departures.
/// </summary>
public sealed record ProbeProtocol
{
    /// <summary>Unique name, for the command line and results.</summary>
    public required string Name { get; init; }

    /// <summary>Where the protocol is from, and what of it is not stated there.</summary>
    public required string Source { get; init; }

    /// <summary>The data set it was written for; null if any.</summary>
    public string? DataSet { get; init; }

    /// <summary>What reads the features.</summary>
    public required ProbeKind Kind { get; init; }

    /// <summary>What the probe reads of a clip's tokens; an attentive one reads all of them.</summary>
    [JsonIgnore]
    public FeatureKind Reads =>
        Kind == ProbeKind.Attentive ? FeatureKind.Tokens : FrameMeans ? FeatureKind.FrameMeans : FeatureKind.MeanToken;

    /// <summary>
    /// Linear and nearest-neighbour probes: true for the frames' means side by side, which keep the order of time, instead of one mean
    /// token.
    /// </summary>
    public bool FrameMeans { get; init; }

    /// <summary>Frames of one view; null as the encoder was trained.</summary>
    public int? Frames { get; init; }

    /// <summary>Distance of neighbouring frames of a dense view; null for sparse sampling over the whole video.</summary>
    public int? FrameStride { get; init; }

    /// <summary>Side of the input in pixels; null as the encoder was trained.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Views in time of a test clip.</summary>
    public int Segments { get; init; } = 1;

    /// <summary>Spatial crops of each segment of a test clip. Probabilities are averaged over views.</summary>
    public int Crops { get; init; } = 1;

    /// <summary>
    /// True if the segments' tokens are joined to one sequence per crop, in training too (V-JEPA 2), so that only crops
    /// remain as views; false if each segment is a view of its own.
    /// </summary>
    public bool JoinSegments { get; init; }

    /// <summary>What the training features should be.</summary>
    public FeatureOrigin TrainFeatures { get; init; }

    /// <summary>What happens to the mean token before a linear layer.</summary>
    public FeatureNormalization Normalization { get; init; }

    /// <summary>How weights are found.</summary>
    public required ProbeSolver Solver { get; init; }

    /// <summary>AdamW's schedule; null for other solvers.</summary>
    public ProbeSchedule? Schedule { get; init; }

    /// <summary>What is tried.</summary>
    public required ProbeGrid Grid { get; init; }

    /// <summary>By what the reported point is chosen if the grid has more than one.</summary>
    public GridChoice Choice { get; init; } = GridChoice.Validation;

    /// <summary>Share of the training clips held out per class for the choice, unless a validation set is given.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>True to train the chosen point again on training and validation clips together.</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Attentive: blocks in all; the last one pools, the others are self-attention over the tokens.</summary>
    public int Blocks { get; init; } = 1;

    /// <summary>Attentive: heads.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Attentive: hidden width of the blocks' MLP over the token width.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Name of the protocol whose trained probe this one goes on from (classes matched by name); null to start afresh.</summary>
    public string? StartsFrom { get; init; }

    /// <summary>Nearest neighbours: a neighbour of cosine similarity s votes with weight exp(s / temperature).</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>Rows per test clip that the protocol averages over.</summary>
    internal int TestViews => JoinSegments ? Crops : Segments * Crops;

    /// <summary>Checks the rules across fields.</summary>
    /// <exception cref="ArgumentException">A field contradicts another or is out of range; names field and value.</exception>
    public void Validate()
    {
        Require(Segments >= 1, "segments", Segments, "must be at least 1");
        Require(Crops >= 1, "crops", Crops, "must be at least 1");
        Require(ValidationShare is > 0 and < 1, "validation_share", ValidationShare, "must lie between 0 and 1");
        Require(Solver == ProbeSolver.None == (Kind == ProbeKind.NearestNeighbour), "solver", Solver,
            "is 'none' for nearest neighbours and only for them");
        Require(Solver != ProbeSolver.Lbfgs || Kind == ProbeKind.Linear, "solver", Solver, "L-BFGS is for linear probes; use adamw");
        Require(Solver == ProbeSolver.Adamw == Schedule is not null, "schedule", Schedule is null ? "null" : "given",
            "belongs to the solver adamw and only to it");
        Require(Normalization != FeatureNormalization.BatchNorm || Solver == ProbeSolver.Adamw, "normalization", Normalization,
            "needs mini-batches; use standardize with this solver");
        Require(Normalization == FeatureNormalization.None || Kind == ProbeKind.Linear, "normalization", Normalization,
            "is for linear probes; others normalise by themselves");
        Require(Choice != GridChoice.Fixed || Grid.Points.Count == 1, "choice", Choice, "needs a grid of one point");
        Require(!FrameMeans || Kind != ProbeKind.Attentive, "frame_means", FrameMeans, "an attentive probe reads all tokens");
        Require(Temperature > 0, "temperature", Temperature, "must be positive");
        Schedule?.Validate(Name);
        ValidateGrid();
    }

    /// <summary>Indented JSON, snake_case.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SnakeCaseJson.Indented);

    /// <summary>Reads and validates a protocol.</summary>
    /// <exception cref="JsonException">Malformed text, or a member that is unknown or missing.</exception>
    /// <exception cref="ArgumentException">As <see cref="Validate"/>.</exception>
    public static ProbeProtocol FromJson(string json)
    {
        var protocol = SnakeCaseJson.Parse<ProbeProtocol>(json);
        protocol.Validate();
        return protocol;
    }

    private void ValidateGrid()
    {
        var adamw = Solver == ProbeSolver.Adamw;
        Require(adamw == Grid.LearningRates.Count > 0, "grid.learning_rates", Grid.LearningRates.Count,
            "values: adamw needs at least one, other solvers take none");
        Require(adamw || Grid.WeightDecays.Count == 0, "grid.weight_decays", Grid.WeightDecays.Count, "values: only adamw takes them");
        Require(Solver == ProbeSolver.Lbfgs == Grid.L2.Count > 0, "grid.l2", Grid.L2.Count,
            "values: lbfgs needs at least one, other solvers take none");
        Require(Kind == ProbeKind.NearestNeighbour == Grid.Neighbours.Count > 0, "grid.neighbours", Grid.Neighbours.Count,
            "values: nearest neighbours need at least one, other probes take none");
        foreach (var rate in Grid.LearningRates) Require(rate > 0, "grid.learning_rates", rate, "must be positive");
        foreach (var decay in Grid.WeightDecays) Require(decay >= 0, "grid.weight_decays", decay, "must not be negative");
        foreach (var l2 in Grid.L2) Require(l2 > 0, "grid.l2", l2, "must be positive: without it separable data have no optimum");
        foreach (var k in Grid.Neighbours) Require(k > 0, "grid.neighbours", k, "must be positive");
    }

    private void Require(bool holds, string field, object value, string rule)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant($"protocol '{Name}': {field} is {value}: {rule}."));
    }
}

/// <summary>What is kept of a clip's tokens.</summary>
public enum FeatureKind
{
    /// <summary>The mean of the patch tokens, [C].</summary>
    MeanToken,

    /// <summary>
    /// The mean of each frame's patch tokens, side by side in order of time, [T C]: unlike one mean it keeps the order of the frames.
    /// </summary>
    FrameMeans,

    /// <summary>All patch tokens, [N, C].</summary>
    Tokens,
}

/// <summary>Where the training features of a probe come from. The two are never compared under one name.</summary>
public enum FeatureOrigin
{
    /// <summary>Every clip was encoded once, without augmentation, and the features were kept.</summary>
    Cached,

    /// <summary>Every clip was encoded several times under random augmentation: several rows share its id.</summary>
    Augmented,
}

/// <summary>By what the reported point of a grid is chosen.</summary>
public enum GridChoice
{
    /// <summary>There was one point: nothing to choose.</summary>
    Fixed,

    /// <summary>Best accuracy on a validation split; the test split is only reported on. Ties go to the lower validation loss.</summary>
    Validation,

    /// <summary>Best accuracy on the test split itself, as in V-JEPA 2's evaluation: optimistic, and marked so in every result.</summary>
    BestOnTest,
}

/// <summary>What reads the frozen features.</summary>
public enum ProbeKind
{
    /// <summary>The mean token, normalised, and one linear layer.</summary>
    Linear,

    /// <summary>Attention pooling over the tokens and one linear layer.</summary>
    Attentive,

    /// <summary>A weighted vote of the nearest training clips by cosine similarity of the mean token.</summary>
    NearestNeighbour,
}

/// <summary>How a probe's weights are found.</summary>
public enum ProbeSolver
{
    /// <summary>Nothing is trained (nearest neighbours).</summary>
    None,

    /// <summary>The optimum of L2-regularised multinomial logistic regression, full batch. Linear probes only.</summary>
    Lbfgs,

    /// <summary>AdamW in mini-batches with linear warm-up and cosine decay.</summary>
    Adamw,
}
