using InternVideoNext.Foundation;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>The heads that align the student with an image teacher (method, section 6).</summary>
public sealed record AlignmentConfig
{
    /// <summary>K, how many of the student's last blocks are aligned.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Width of the teacher's hidden states and of its pooled vector.</summary>
    public required int TeacherWidth { get; init; }

    /// <summary>Makes the heads of an encoder, with initial weights.</summary>
    /// <param name="encoder">The student's sizes.</param>
    /// <param name="generator">Source of the draws, on the CPU.</param>
    /// <exception cref="ConfigurationException">A field is out of range.</exception>
    public SemanticAlignment Build(EncoderConfig encoder, Generator generator)
    {
        Validate();
        return new SemanticAlignment(this, encoder, generator);
    }

    /// <summary>Checks the fields against their ranges.</summary>
    /// <exception cref="ConfigurationException">Names every offending field with its value.</exception>
    public void Validate() =>
        new ConfigCheck("model.alignment").InRange("layers", Layers, 1, ConfigLimits.Depth)
            .InRange("teacher_width", TeacherWidth, 1, ConfigLimits.Width).ThrowIfAny();
}
