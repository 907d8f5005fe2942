using InternVideoNext.Models;

namespace InternVideoNext.Training;

/// <summary>A SigLIP2 vision tower from its published weights.</summary>
public sealed record SiglipTeacherConfig : ImageTeacherConfig
{
    /// <summary>The tower's sizes.</summary>
    public required SiglipConfig Tower { get; init; }

    /// <summary>The <c>model.safetensors</c> (or its index, or the folder holding either); null only with <see cref="RandomWeights"/>.</summary>
    public string? Path { get; init; }

    /// <summary>Teach with random weights, for measuring speed: nothing useful is learnt from them.</summary>
    public bool RandomWeights { get; init; }

    /// <inheritdoc/>
    public override void Validate(int alignedLayers)
    {
        base.Validate(alignedLayers);
        Tower.Validate();
        SiglipTeacher.AlignedLayers(Tower.Depth, Interval, alignedLayers);
    }
}
