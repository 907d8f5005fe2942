using System.Text.Json.Serialization;
using InternVideoNext.Foundation;

namespace InternVideoNext.Recipes;

/// <summary>Whose latents Stage 2 predicts.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LatentTeacher>))]
public enum LatentTeacher
{
    /// <summary>A copy of the Stage 1 video encoder, frozen or moving.</summary>
    Video,

    /// <summary>The image teacher's deepest aligned states (the ablation).</summary>
    Image,
}
