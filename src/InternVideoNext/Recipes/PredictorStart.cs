using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>What Stage 2's predictor starts from.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PredictorStart>))]
public enum PredictorStart
{
    /// <summary>Stage 1's predictor (the method).</summary>
    Kept,

    /// <summary>Fresh weights by the predictor's own initialisation, random or zero (the ablations).</summary>
    Fresh,
}
