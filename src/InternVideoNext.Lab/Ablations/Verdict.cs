using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Ablations;

/// <summary>What the runs say of an ordering.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>A row of it has no result.</summary>
    NotRun,

    /// <summary>The interval of the difference lies above 0.</summary>
    Holds,

    /// <summary>The interval lies below 0: the order is the other way round here.</summary>
    Fails,

    /// <summary>The interval holds 0.</summary>
    Undecided,

    /// <summary>Fewer than <see cref="AblationComparison.SeedsForVerdict"/> seeds have both rows.</summary>
    TooFewSeeds,
}
