using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Models;

/// <summary>How the body of a predictor starts; text weights are loaded over it afterwards.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<PredictorInitialization>))]
public enum PredictorInitialization
{
    /// <summary>Truncated normal weights.</summary>
    Random,

    /// <summary>As random, with every residual branch's output projection zero: each block starts as the identity.</summary>
    Zero,
}
