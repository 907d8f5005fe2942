namespace InternVideoNext.Training;

/// <summary>The small teacher of the synthetic world, shipped with the library; a stand-in for SigLIP2.</summary>
public sealed record ShapesTeacherConfig : ImageTeacherConfig
{
    /// <summary>A teacher made by <c>ivnext data train-teacher</c>; null: the shipped one.</summary>
    public string? Path { get; init; }
}
