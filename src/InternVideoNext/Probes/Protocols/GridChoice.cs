using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>By what the reported point of a grid is chosen.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<GridChoice>))]
public enum GridChoice
{
    /// <summary>There was one point: nothing to choose.</summary>
    Fixed,

    /// <summary>Best accuracy on a validation split; the test split is only reported on. Ties go to the lower validation loss.</summary>
    Validation,

    /// <summary>Best accuracy on the test split itself, as in V-JEPA 2's evaluation: optimistic, and marked so in every result.</summary>
    BestOnTest,
}
