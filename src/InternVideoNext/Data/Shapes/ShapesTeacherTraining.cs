using System.Text.Json.Serialization;
using InternVideoNext.Foundation;
using InternVideoNext.Models;

namespace InternVideoNext.Data.Shapes;

/// <summary>Sizes and training of the world's image teacher, a small <see cref="SiglipVisionTower"/>.</summary>
public sealed record ShapesTeacherTraining
{
    private const ulong WorldStream = 4;

    /// <summary>D, channels of a token.</summary>
    public int Width { get; init; } = 96;

    /// <summary>Transformer layers.</summary>
    public int Depth { get; init; } = 4;

    /// <summary>Attention heads, of the layers and of the pooling head.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Side of the images, pixels.</summary>
    public int ImageSize { get; init; } = 32;

    /// <summary>Side of a patch, pixels.</summary>
    public int PatchSize { get; init; } = 8;

    /// <summary>Training steps.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Frames a step, each from a new clip.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Peak learning rate of AdamW: linear warm-up over a fifteenth of the steps, then half a cosine to zero.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>New frames that its accuracy is measured on when training has ended.</summary>
    public int ScoredFrames { get; init; } = 4096;

    /// <summary>The tower's sizes.</summary>
    [JsonIgnore]
    public SiglipConfig Tower => new()
    {
        Width = Width,
        Intermediate = 4 * Width,
        Depth = Depth,
        Heads = Heads,
        ImageSize = ImageSize,
        PatchSize = PatchSize,
    };

    /// <summary>Checks the settings and makes the trainer.</summary>
    /// <param name="world">
    /// The kind of world the frames come from; its seed is derived from <paramref name="seed"/>, so that the clips of students
    /// with the same seed are new to the teacher.
    /// </param>
    /// <param name="seed">Of the frames, the initial weights and the cuts.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ShapesTeacherTrainer Build(ShapesWorldConfig world, ulong seed)
    {
        ShapesSettings.Require(
            ImageSize >= ShapesClip.MinimumSize, Name(nameof(ImageSize)), ImageSize, $"at least {ShapesClip.MinimumSize}");
        ShapesSettings.Require(Steps >= 1, Name(nameof(Steps)), Steps, "at least 1");
        ShapesSettings.Require(Batch >= 2, Name(nameof(Batch)), Batch, "at least 2");
        ShapesSettings.Require(ScoredFrames >= 1, Name(nameof(ScoredFrames)), ScoredFrames, "at least 1");
        ShapesSettings.Require(LearningRate > 0, Name(nameof(LearningRate)), LearningRate, "positive");
        ShapesSettings.Require(WeightDecay >= 0, Name(nameof(WeightDecay)), WeightDecay, "0 or more");
        return new ShapesTeacherTrainer(this, world.Build(SeedSequence.Derive(seed, WorldStream)), seed);
    }

    /// <summary>The learning rate of a step.</summary>
    internal double LearningRateAt(int step)
    {
        var warmUp = Math.Max(1, Steps / 15);
        if (step < warmUp) return LearningRate * (step + 1) / warmUp;
        return LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - warmUp) / Math.Max(1, Steps - warmUp)));
    }

    private static string Name(string field) => $"{nameof(ShapesTeacherTraining)}.{field}";
}
