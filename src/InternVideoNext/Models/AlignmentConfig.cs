namespace InternVideoNext.Models;

/// <summary>The heads that align the student with an image teacher (method, section 6).</summary>
public sealed record AlignmentConfig
{
    /// <summary>K, how many of the student's last blocks are aligned.</summary>
    public int Layers { get; init; } = 6;

    /// <summary>Width of the teacher's hidden states and of its pooled vector.</summary>
    public required int TeacherWidth { get; init; }
}
