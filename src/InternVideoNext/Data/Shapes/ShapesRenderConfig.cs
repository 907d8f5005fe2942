
namespace InternVideoNext.Data.Shapes;

/// <summary>What a <see cref="ShapesRenderer"/> writes.</summary>
public sealed record ShapesRenderConfig
{
    /// <summary>Clips of the training split.</summary>
    public required int Train { get; init; }

    /// <summary>Clips of the validation split.</summary>
    public int Validation { get; init; }

    /// <summary>Clips of the test split.</summary>
    public int Test { get; init; }

    /// <summary>Height and width in pixels: even, as 4:2:0 video needs.</summary>
    public int Size { get; init; } = 64;

    /// <summary>Frames a clip. Frame i of n shows the clip at time (i + 1/2) / n.</summary>
    public int Frames { get; init; } = 24;

    /// <summary>Frames a second.</summary>
    public int FramesPerSecond { get; init; } = 12;

    /// <summary>H.264 quantiser of every frame, 1 (nearly lossless) to 51.</summary>
    public int Quantizer { get; init; } = 12;

    /// <summary>All clips.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Clips => Train + Validation + Test;

    /// <summary>What ffprobe would tell of every file.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public VideoInfo Info => new()
    {
        DurationSeconds = (double)Frames / FramesPerSecond,
        FrameRate = FramesPerSecond,
        FrameCount = Frames,
        Width = Size,
        Height = Size,
        Codec = "h264",
    };

    /// <summary><paramref name="clips"/> clips, a tenth of them for validation and a fifth for testing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1.</exception>
    public static ShapesRenderConfig ForClips(int clips)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clips);
        var (validation, test) = (clips / 10, clips / 5);
        return new ShapesRenderConfig { Train = clips - validation - test, Validation = validation, Test = test };
    }

    /// <summary>Checks the settings and makes the renderer.</summary>
    /// <param name="world">The world to render.</param>
    /// <param name="parallelism">Encoders at work at once; it changes nothing in the files.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public ShapesRenderer Build(ShapesWorld world, int parallelism)
    {
        foreach (var (field, value) in new[] { (nameof(Train), Train), (nameof(Validation), Validation), (nameof(Test), Test) })
            ShapesSettings.Require(value >= 0, Name(field), value, "0 or more");
        ShapesSettings.Require(Clips >= 1, Name(nameof(Clips)), Clips, "at least 1");
        ShapesSettings.Require(
            Size >= ShapesClip.MinimumSize && Size % 2 == 0, Name(nameof(Size)), Size, $"even and at least {ShapesClip.MinimumSize}");
        ShapesSettings.Require(Frames >= 1, Name(nameof(Frames)), Frames, "at least 1");
        ShapesSettings.Require(FramesPerSecond is >= 1 and <= 240, Name(nameof(FramesPerSecond)), FramesPerSecond, "1 to 240");
        ShapesSettings.Require(Quantizer is >= 1 and <= 51, Name(nameof(Quantizer)), Quantizer, "1 to 51");
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(parallelism);
        return new ShapesRenderer(this, world, parallelism);
    }

    private static string Name(string field) => $"{nameof(ShapesRenderConfig)}.{field}";
}
