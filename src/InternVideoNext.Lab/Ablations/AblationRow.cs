using InternVideoNext.Recipes;

namespace InternVideoNext.Ablations;

/// <summary>One row of a table: a configuration that differs from its neighbour's in the one thing the paper names.</summary>
public sealed record AblationRow
{
    /// <summary>The row's name, for <c>--rows</c>: lower-case words with hyphens.</summary>
    public required string Id { get; init; }

    /// <summary>The table it stands in.</summary>
    public required AblationTable Table { get; init; }

    /// <summary>What people read.</summary>
    public required string Title { get; init; }

    /// <summary>What the row is there to show, in a sentence.</summary>
    public required string Purpose { get; init; }

    /// <summary>Id of the row it is compared with; null for a table's first row and for bounds.</summary>
    public string? Neighbour { get; init; }

    /// <summary>
    /// The one thing in which it differs from its neighbour, as paths of the configuration: every path that differs is one of
    /// these or below one. Empty where it has no neighbour.
    /// </summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>The paper's number; null where it has none.</summary>
    public ReportedAccuracy? Reported { get; init; }

    /// <summary>Where the features come from.</summary>
    public AblationKind Kind { get; init; } = AblationKind.Trained;

    /// <summary>Id of the Stage 1 row that it starts from; null where it starts from random weights, or isn't trained.</summary>
    public string? Start { get; init; }

    /// <summary>Whether it is one of the library's, not one that was added by <see cref="AblationRows.Add"/>.</summary>
    internal bool IsOwn { get; init; } = true;

    /// <summary>Makes the run of one seed, its start not yet set; null for rows that train nothing.</summary>
    internal Func<AblationSettings, ulong, RunConfig>? Configure { get; init; }

    /// <summary>Why the row cannot be run with these settings; null where it can.</summary>
    internal Func<AblationSettings, string?> Obstacle { get; init; } = _ => null;

    /// <summary>The run of one seed; where the row starts from another, <see cref="Stage2Config.Start"/> names that row.</summary>
    /// <param name="settings">Size, length, device.</param>
    /// <param name="seed">The run's seed.</param>
    /// <returns>Null for rows that train nothing.</returns>
    public RunConfig? Config(AblationSettings settings, ulong seed) => Configure?.Invoke(settings, seed) switch
    {
        Stage2Config stage2 => stage2 with { Start = Start },
        var other => other,
    };

    /// <summary>Why the row cannot be run with these settings, with the remedy; null where it can.</summary>
    public string? WhyNot(AblationSettings settings) => Obstacle(settings);
}

/// <summary>Where a row's features come from.</summary>
public enum AblationKind
{
    /// <summary>An encoder that the row trains.</summary>
    Trained,

    /// <summary>The same encoder with the weights it would start from.</summary>
    RandomEncoder,

    /// <summary>The clip itself: of every frame the pixels averaged over 8 x 8 fields.</summary>
    RawPixels,

    /// <summary>The frozen image teacher's pooled vector, averaged over frames.</summary>
    ImageTeacher,
}

/// <summary>The tables that the rows are put in.</summary>
public enum AblationTable
{
    /// <summary>What Stage 1 consists of: the paper's ablation of semantic-guided pixel reconstruction.</summary>
    Stage1,

    /// <summary>What Stage 2 consists of: the paper's ablation of latent prediction.</summary>
    Stage2,

    /// <summary>Neighbouring methods as recipes of the same blocks.</summary>
    Neighbours,

    /// <summary>What is to be had without pre-training, and at most.</summary>
    Bounds,
}

/// <summary>An accuracy that the paper reports, in per cent: linear probing unless said otherwise.</summary>
/// <param name="Appearance">Kinetics-400, which the synthetic world's <c>appearance</c> label stands for.</param>
/// <param name="Motion">Something-Something V2, which <c>motion</c> stands for.</param>
public sealed record ReportedAccuracy(double Appearance, double Motion);
