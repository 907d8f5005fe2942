using InternVideoNext.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace InternVideoNext.Data.Shapes;

// Shapes: F frames, D width

/// <summary>
/// The world's trained image teacher: a frozen tower, and the two linear heads it was trained with (kept to check it with).
/// Wrap the tower into a <see cref="SiglipTeacher"/> to teach with it.
/// </summary>
public sealed class ShapesTeacher : IDisposable
{
    /// <summary>The file name of the teacher that this package carries.</summary>
    public const string EmbeddedName = "shapes-teacher.safetensors";

    internal const int HeadOutputs = 8; // 4 shapes, 4 backdrops

    internal ShapesTeacher(SiglipVisionTower tower, Linear heads, ShapesTeacherAccuracy? accuracy)
    {
        (Tower, Heads, Accuracy) = (tower, heads, accuracy);
        foreach (var parameter in tower.parameters().Concat(heads.parameters())) parameter.requires_grad = false;
    }

    /// <summary>The tower, in float32 on the CPU, without gradients.</summary>
    public SiglipVisionTower Tower { get; }

    /// <summary>The tower's sizes.</summary>
    public SiglipConfig Config => Tower.Config;

    /// <summary>How good it was when its training ended; null if its file doesn't say.</summary>
    public ShapesTeacherAccuracy? Accuracy { get; }

    internal Linear Heads { get; }

    /// <summary>Reads the teacher that this package carries.</summary>
    public static ShapesTeacher LoadEmbedded() => ShapesTeacherFile.LoadEmbedded();

    /// <summary>Reads a teacher.</summary>
    /// <param name="path">A file written by <see cref="Save"/>.</param>
    /// <exception cref="Checkpoints.SafetensorsException">It is not such a file, or is damaged.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static ShapesTeacher Load(string path) => ShapesTeacherFile.Load(path);

    /// <summary>Writes the teacher in float16: aside, flushed, then renamed.</summary>
    /// <param name="path">The file; one of that name is replaced.</param>
    /// <param name="training">Told in the file: how it was trained.</param>
    /// <param name="seed">Told in the file: from which seed.</param>
    public void Save(string path, ShapesTeacherTraining training, ulong seed) => ShapesTeacherFile.Save(this, path, training, seed);

    /// <summary>Measures the heads on frames of the test split, each from a clip of its own.</summary>
    /// <param name="world">The world; not the seed that the teacher was trained on, if it is to be news to it.</param>
    /// <param name="frames">Frames to look at.</param>
    public ShapesTeacherAccuracy Score(ShapesWorld world, int frames)
    {
        const int Batch = 256;
        using var gradient = no_grad();
        var (shape, backdrop) = (0L, 0L);
        for (var first = 0; first < frames; first += Batch)
        {
            using var scope = NewDisposeScope();
            var stills = ShapesStills.Render(world, ShapesSplit.Test, first, Math.Min(Batch, frames - first), Config.ImageSize);
            var outputs = Split(Heads.forward(Tower.forward(stills.Images, null).Pooled));
            shape += Right(outputs.Shape, stills.Shape);
            backdrop += Right(outputs.Backdrop, stills.Backdrop);
        }

        return new ShapesTeacherAccuracy((double)shape / frames, (double)backdrop / frames, frames);

        static long Right(Tensor outputs, Tensor labels) => outputs.argmax(1).eq(labels).sum().item<long>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tower.Dispose();
        Heads.Dispose();
    }

    internal ShapesTeacher Scored(ShapesWorld world, int frames) => new(Tower, Heads, Score(world, frames));

    /// <summary>[F, 8] into the heads' outputs.</summary>
    internal static (Tensor Shape, Tensor Backdrop) Split(Tensor outputs) => (outputs.narrow(1, 0, 4), outputs.narrow(1, 4, 4));
}

/// <summary>How often the teacher's heads are right on frames it was not trained on, from 0 to 1.</summary>
/// <param name="Shape">Of 4 shapes.</param>
/// <param name="Backdrop">Of 4 backdrops.</param>
/// <param name="Frames">Frames scored.</param>
public sealed record ShapesTeacherAccuracy(double Shape, double Backdrop, int Frames);
