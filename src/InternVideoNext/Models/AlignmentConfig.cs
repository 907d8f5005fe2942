using InternVideoNext.Configuration;

namespace InternVideoNext.Models;

/// <summary>The heads that align the student with an image teacher (method, section 6).</summary>
public sealed record AlignmentConfig
{
    /// <summary>K, how many of the student's last blocks are aligned.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Width of the teacher's hidden states and of its pooled vector.</summary>
    public required int TeacherWidth { get; init; }

    /// <summary>Checks the fields against their ranges.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate() => new ConfigCheck("model.alignment").Positive("layers", Layers).Positive("teacher_width", TeacherWidth).ThrowIfAny();
}
