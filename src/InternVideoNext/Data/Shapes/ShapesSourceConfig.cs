namespace InternVideoNext.Data.Shapes;

/// <summary>Settings of a <see cref="ShapesClipSource"/>.</summary>
public sealed record ShapesSourceConfig
{
    /// <summary>Clips in the source: the first of the split. An epoch shows each once.</summary>
    public required int Clips { get; init; }

    /// <summary>The part of the world they come from.</summary>
    public ShapesSplit Split { get; init; } = ShapesSplit.Train;

    /// <summary>Frames a clip, T.</summary>
    public int Frames { get; init; } = 4;

    /// <summary>Height and width in pixels.</summary>
    public int Size { get; init; } = 32;

    /// <summary>Checks the settings and makes the source.</summary>
    /// <param name="world">The world to render.</param>
    /// <param name="readAhead">
    /// Batches rendered at once, each on a thread of the pool, ahead of the one handed out; it changes nothing in them.
    /// </param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ShapesClipSource Build(ShapesWorld world, int readAhead = 2)
    {
        ShapesSettings.Require(Clips >= 1, Name(nameof(Clips)), Clips, "at least 1");
        ShapesSettings.Require(Frames >= 1, Name(nameof(Frames)), Frames, "at least 1");
        ShapesSettings.Require(Size >= ShapesClip.MinimumSize, Name(nameof(Size)), Size, $"at least {ShapesClip.MinimumSize}");
        ShapesSettings.Require(Enum.IsDefined(Split), Name(nameof(Split)), Split, "train, validation or test");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(readAhead);
        return new ShapesClipSource(this, world, readAhead);
    }

    private static string Name(string field) => $"{nameof(ShapesSourceConfig)}.{field}";
}

/// <summary>The parts of the world. Clip i of one split has nothing in common with clip i of another.</summary>
public enum ShapesSplit
{
    /// <summary>Clips to train on.</summary>
    Train,

    /// <summary>Clips to choose settings on.</summary>
    Validation,

    /// <summary>Clips to report on.</summary>
    Test,
}
