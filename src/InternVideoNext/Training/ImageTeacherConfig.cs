using System.Text.Json.Serialization;
using InternVideoNext.Configuration;

namespace InternVideoNext.Training;

/// <summary>Which frozen image model guides Stage 1.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ShapesTeacherConfig), "shapes")]
[JsonDerivedType(typeof(SiglipTeacherConfig), "siglip")]
public abstract record ImageTeacherConfig
{
    /// <summary>Spacing of the aligned teacher layers, counted from the top: 3.33 for Base, 1.67 for Large students (method, section 4).</summary>
    public double Interval { get; init; } = 1;

    /// <summary>Checks the fields, as far as they can be without the teacher's weights.</summary>
    /// <param name="alignedLayers">How many of its layers will be asked for.</param>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public virtual void Validate(int alignedLayers) => new ConfigCheck("teacher").NotNegative("interval", Interval).ThrowIfAny();
}
