namespace InternVideoNext.Probes;

/// <summary>
/// The known protocols. The published ones are those of the table in the paper's appendix on evaluation; what it does not
/// state is said in each protocol's <see cref="ProbeProtocol.Source"/>.
/// </summary>
public static class ProbeProtocols
{
    private const string VJepa2Source =
        "V-JEPA 2, frozen video classification: 20 epochs, batch 256, 4 blocks of 16 heads, lr x weight decay grid of 20 trained at "
            + "once, cosine to 0, no warm-up, decay on all parameters; there the best point on the test split is reported (set choice "
            + "to best_on_test for that).";

    private const string AttentiveSource = "InternVideo2-1B, attentive probing; the form of its pooling block is replaced by V-JEPA's "
        + "with one block; test probabilities averaged over 3 crops.";

    private const string LinearSource = "InternVideo2-1B, linear probing; batch size, weight decay and warm-up are not stated there: "
        + "those of its attentive probing are taken, and batch normalisation in front.";

    /// <summary>Kinetics-400, V-JEPA 2.</summary>
    public static ProbeProtocol VJepa2 { get; } = new()
    {
        Name = "vjepa2",
        Source = VJepa2Source,
        DataSet = "kinetics-400",
        Kind = ProbeKind.Attentive,
        Frames = 16,
        FrameStride = 4,
        ImageSize = 256,
        Segments = 8,
        Crops = 3,
        JoinSegments = true,
        TrainFeatures = FeatureOrigin.Augmented,
        Solver = ProbeSolver.Adamw,
        Schedule = new() { Epochs = 20, BatchSize = 256, DecayAll = true },
        Grid = new() { LearningRates = [5e-3, 3e-3, 1e-3, 3e-4, 1e-4], WeightDecays = [.01, .1, .4, .8] },
        Refit = false,
        ValidationShare = .1,
        Blocks = 4,
    };

    /// <summary>Something-Something V2, InternVideo2 attentive.</summary>
    public static ProbeProtocol InternVideo2Attentive { get; } = new()
    {
        Name = "internvideo2-attentive",
        Source = AttentiveSource,
        DataSet = "something-something-v2",
        Kind = ProbeKind.Attentive,
        Frames = 16,
        ImageSize = 224,
        Crops = 3,
        TrainFeatures = FeatureOrigin.Augmented,
        Solver = ProbeSolver.Adamw,
        Schedule = new() { Epochs = 25, WarmupEpochs = 5, BatchSize = 1024 },
        Grid = new() { LearningRates = [2e-4] },
    };

    /// <summary>Something-Something V2, InternVideo2 linear.</summary>
    public static ProbeProtocol InternVideo2Linear { get; } = new()
    {
        Name = "internvideo2-linear",
        Source = LinearSource,
        DataSet = "something-something-v2",
        Kind = ProbeKind.Linear,
        Frames = 16,
        ImageSize = 224,
        Crops = 3,
        TrainFeatures = FeatureOrigin.Augmented,
        Normalization = FeatureNormalization.BatchNorm,
        Solver = ProbeSolver.Adamw,
        Schedule = new() { Epochs = 25, WarmupEpochs = 5, BatchSize = 1024 },
        Grid = new() { LearningRates = [1e-4] },
    };

    /// <summary>VideoMAE's mean pooling under a linear layer, Kinetics-400.</summary>
    public static ProbeProtocol VideoMae { get; } = new()
    {
        Name = "videomae",
        Source = "VideoMAE's mean pooling with batch normalisation in front of one linear layer; its authors report fine-tuning alone, so "
            + "the schedule is that of InternVideo2's linear probing: 16 frames at distance 4, 3 crops.",
        DataSet = "kinetics-400",
        Kind = ProbeKind.Linear,
        Frames = 16,
        FrameStride = 4,
        ImageSize = 224,
        Crops = 3,
        TrainFeatures = FeatureOrigin.Augmented,
        Normalization = FeatureNormalization.BatchNorm,
        Solver = ProbeSolver.Adamw,
        Schedule = new() { Epochs = 15, WarmupEpochs = 3, BatchSize = 1024 },
        Grid = new() { LearningRates = [1e-3] },
    };

    /// <summary>This project's linear probe: mean token, standardised, logistic regression, L2 chosen on validation clips.</summary>
    public static ProbeProtocol Mini { get; } = new()
    {
        Name = "mini",
        Source = "This project: the mean of the tokens over the full clip, standardised, logistic regression to its optimum; L2 chosen "
            + "on a fifth of the training clips, then trained again on all of them.",
        Kind = ProbeKind.Linear,
        Normalization = FeatureNormalization.Standardize,
        Solver = ProbeSolver.Lbfgs,
        Grid = new() { L2 = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1] },
    };

    /// <summary>As <see cref="Mini"/>, on the frames' means side by side: it can tell what depends on the order of frames.</summary>
    public static ProbeProtocol MiniFrames { get; } = Mini with
    {
        Name = "mini-frames",
        Source = Mini.Source.Replace(
            "the mean of the tokens over the full clip", "each frame's mean token, side by side in order of time",
            StringComparison.Ordinal),
        FrameMeans = true,
    };

    /// <summary>This project's attentive probe for small encoders on cached tokens.</summary>
    public static ProbeProtocol MiniAttentive { get; } = new()
    {
        Name = "mini-attentive",
        Source = "This project: V-JEPA's pooling with one block of 4 heads on cached tokens; learning rate chosen on a fifth of the "
            + "training clips.",
        Kind = ProbeKind.Attentive,
        Heads = 4,
        Solver = ProbeSolver.Adamw,
        Schedule = new() { Epochs = 40, WarmupEpochs = 2, BatchSize = 128, DecayAll = true },
        Grid = new() { LearningRates = [3e-3, 1e-3], WeightDecays = [.01] },
        Refit = false,
    };

    /// <summary>Nearest neighbours as in DINO: k = 20, temperature 0.07.</summary>
    public static ProbeProtocol NearestNeighbours { get; } = new()
    {
        Name = "knn",
        Source = "DINO (Caron et al. 2021): weighted vote of the 20 nearest training clips by cosine similarity, temperature 0.07.",
        Kind = ProbeKind.NearestNeighbour,
        Solver = ProbeSolver.None,
        Grid = new() { Neighbours = [20] },
    };

    /// <summary>Every protocol; the variants for other data sets carry their name behind a slash, for example <c>vjepa2/ssv2</c>.</summary>
    public static IReadOnlyList<ProbeProtocol> All { get; } =
    [
        VJepa2,
        VJepa2 with { Name = "vjepa2/ssv2", DataSet = "something-something-v2", Segments = 2 },
        VJepa2 with { Name = "vjepa2/coin", DataSet = "coin" },
        InternVideo2Attentive,
        InternVideo2Attentive with
        {
            Name = "internvideo2-attentive/k710",
            Source = AttentiveSource + " First of two parts: Kinetics-710; warm-up not stated there, taken from Something-Something V2.",
            DataSet = "kinetics-710",
            Schedule = new() { Epochs = 25, WarmupEpochs = 5, BatchSize = 1024 },
        },
        InternVideo2Attentive with
        {
            Name = "internvideo2-attentive/k400",
            Source = AttentiveSource + " Second of two parts: goes on from the probe of internvideo2-attentive/k710.",
            DataSet = "kinetics-400",
            StartsFrom = "internvideo2-attentive/k710",
            Schedule = new() { Epochs = 3, BatchSize = 1024 },
            Grid = new() { LearningRates = [1e-5] },
        },
        InternVideo2Linear,
        InternVideo2Linear with
        {
            Name = "internvideo2-linear/k400",
            DataSet = "kinetics-400",
            Schedule = new() { Epochs = 15, WarmupEpochs = 3, BatchSize = 1024 },
            Grid = new() { LearningRates = [1e-3] },
        },
        VideoMae,
        VideoMae with { Name = "videomae/ssv2", DataSet = "something-something-v2", FrameStride = null },
        Mini,
        MiniFrames,
        MiniAttentive,
        NearestNeighbours,
    ];

    /// <summary>The protocol of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static ProbeProtocol Find(string name) =>
        All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new ArgumentException(
            $"There is no probe protocol '{name}'. Known: {string.Join(", ", All.Select(protocol => protocol.Name))}.", nameof(name));
}
