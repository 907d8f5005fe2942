using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// MotionShapes: a procedural world of bright shapes that move over dark patterned backdrops, with known factors. Appearance (16
/// classes: 4 shapes on 4 backdrops) can be read off any frame; motion (4 directions) off no single frame: at every time the
/// actor's position and angle are uniform, whatever the motion, so that frames of all classes are identically distributed. An
/// unordered set of frames cannot tell a motion from its reverse: at most 50 % for a bag of frames. All labels are
/// independent and uniform. <c>./ivnext ablate conditions</c> measures what of this is true of trained classifiers.
/// <para>
/// A clip is a pure function of (settings, seed, split, index): the same bytes on every machine, from any thread, in any order.
/// </para>
/// </summary>
public sealed class ShapesWorld
{
    internal ShapesWorld(ShapesWorldConfig config, ulong seed)
    {
        Config = config;
        Seed = seed;
        Labels = ShapesLabels.Classes(config.Task);
    }

    /// <summary>The world's settings.</summary>
    public ShapesWorldConfig Config { get; }

    /// <summary>The world's seed.</summary>
    public ulong Seed { get; }

    /// <summary>Label name to its classes in order of index: <c>appearance</c>, and <c>motion</c> or <c>steps</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels { get; }

    /// <summary>A clip of the world; every split is endless.</summary>
    /// <param name="split">Train, validation or test.</param>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public ShapesClip Clip(ShapesSplit split, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new ShapesClip(Config, SeedSequence.Derive(Seed, (ulong)split, (ulong)index));
    }

    /// <summary>A clip's classes: label name to class index.</summary>
    public static IReadOnlyDictionary<string, int> LabelsOf(ShapesClip clip) => ShapesLabels.Of(clip);
}
