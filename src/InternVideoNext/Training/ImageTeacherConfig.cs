using System.Text.Json.Serialization;

namespace InternVideoNext.Training;

/// <summary>Which frozen image model guides Stage 1.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ShapesTeacherConfig), "shapes")]
[JsonDerivedType(typeof(SiglipTeacherConfig), "siglip")]
public abstract record ImageTeacherConfig
{
    /// <summary>Spacing of the aligned teacher layers, counted from the top: 3.33 for Base, 1.67 for Large students (method, section 4).</summary>
    public double Interval { get; init; } = 1;
}
