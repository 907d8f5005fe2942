using InternVideoNext.Checkpoints;
using InternVideoNext.Checkpoints.Formats;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Models;

/// <summary>A SigLIP2 vision tower from its published weights.</summary>
[Kind("siglip")]
public sealed record SiglipTeacherConfig : ImageTeacherConfig
{
    private const ulong WeightStream = 0x7EAC;

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
                : "path is null; name the SigLIP2 weights with teacher.path=FILE (./ivnext weights fetch siglip2-giant), or measure "
                    + "speed with teacher.random_weights=true")
            .ThrowIfAny();
        SiglipTeacher.AlignedLayers(Tower.Depth, Interval, alignedLayers);
    }

    /// <inheritdoc/>
    public override IImageTeacher Build(Device device, ScalarType type, ulong seed)
    {
        using var generator = new Generator(SeedSequence.Derive(seed, WeightStream), CPU);
        var tower = Tower.Build(generator);
        if (Path is { } path) Load(tower, path);
        return SiglipTeacher.Frozen(tower, Interval, device, type);
    }

    /// <inheritdoc/>
    public override BlockDescription Describe(int frames) => SiglipBlocks.Of(Tower, frames);

    private void Load(SiglipVisionTower tower, string path)
    {
        using var file = SafetensorsCheckpoint.Open(path);
        StrictLoader.Load(
            tower, file, SiglipVision.Map, PositionTableResizing.To(new TokenGrid(1, Tower.GridSide, Tower.GridSide), classTokens: 0));
    }
}
