using InternVideoNext.Configuration;
using InternVideoNext.Models;

namespace InternVideoNext.Training;

/// <summary>A SigLIP2 vision tower from its published weights.</summary>
public sealed record SiglipTeacherConfig : ImageTeacherConfig
{
    /// <summary>The tower's sizes.</summary>
    public required SiglipConfig Tower { get; init; }

    /// <summary>The <c>model.safetensors</c>, or its index, or the folder holding either.</summary>
    public string? Path { get; init; }

    /// <summary>Random weights instead of a file's: for measuring speed, where a teacher need not know anything.</summary>
    public bool RandomWeights { get; init; }

    /// <inheritdoc/>
    public override void Validate(int alignedLayers)
    {
        base.Validate(alignedLayers);
        Tower.Validate();
        new ConfigCheck("teacher")
            .That(RandomWeights == (Path is null), RandomWeights
                ? "random_weights is true, but path names a file; keep one of them"
                : "path is null; name the SigLIP2 weights with teacher.path=FILE (./ivnext weights fetch siglip2-giant), or measure speed with teacher.random_weights=true")
            .ThrowIfAny();
        SiglipTeacher.AlignedLayers(Tower.Depth, Interval, alignedLayers);
    }
}
