using InternVideoNext.Foundation;
using InternVideoNext.Models;
using static TorchSharp.torch;

namespace InternVideoNext.Data.Shapes;

/// <summary>The small teacher of the synthetic world, shipped with the library; a stand-in for SigLIP2.</summary>
[Kind("shapes")]
public sealed record ShapesTeacherConfig : ImageTeacherConfig
{
    /// <summary>A teacher made by <c>ivnext data train-teacher</c>; null: the shipped one.</summary>
    public string? Path { get; init; }

    /// <inheritdoc/>
    public override IImageTeacher Build(Device device, ScalarType type, ulong seed) =>
        SiglipTeacher.Frozen(Open().Tower, Interval, device, type);

    /// <inheritdoc/>
    public override BlockDescription Describe(int frames)
    {
        using var teacher = Open();
        return SiglipBlocks.Of(teacher.Tower.Config, frames);
    }

    private ShapesTeacher Open() => Path is { } path ? ShapesTeacher.Load(path) : ShapesTeacher.LoadEmbedded();
}
