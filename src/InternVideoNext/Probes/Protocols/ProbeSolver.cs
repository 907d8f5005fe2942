using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Probes;

/// <summary>How a probe's weights are found.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ProbeSolver>))]
public enum ProbeSolver
{
    /// <summary>Nothing is trained (nearest neighbours).</summary>
    None,

    /// <summary>The optimum of L2-regularised multinomial logistic regression, full batch. Linear probes only.</summary>
    Lbfgs,

    /// <summary>AdamW in mini-batches with linear warm-up and cosine decay.</summary>
    Adamw,
}
