using System.Globalization;
using InternVideoNext.Data;
using InternVideoNext.Data.Shapes;
using InternVideoNext.Foundation;

namespace InternVideoNext.Ablations;

/// <summary>
/// MotionShapes rendered straight to tensors. Every seed has a world of its own; a probe is trained on the first clips of its
/// training split and measured on its test split.
/// </summary>
/// <param name="probeClips">Clips to train a probe on.</param>
/// <param name="testClips">Clips to measure it on.</param>
/// <param name="task">Motions, or sequences of steps.</param>
public sealed class ShapesAblationData(int probeClips, int testClips, ShapesTask task = ShapesTask.Motion) : IAblationData
{
    // So many that no run here sees a clip twice; a shuffled list of their numbers takes 4 MiB.
    private const int TrainingClips = 1 << 20;
    private const ulong WorldStream = 0xAB1A;

    private readonly ShapesWorldConfig _world = new() { Task = task };

    /// <summary>The world with as many probing clips as suit a preset: what <c>ivnext ablate</c> uses.</summary>
    /// <param name="preset">A preset's name.</param>
    public static ShapesAblationData For(string preset) => preset switch
    {
        "tiny" => new(256, 256),
        "mini" => new(2048, 1024),
        _ => new(4096, 2048),
    };

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"MotionShapes, a world for each seed: endless clips to train on, probes trained on {probeClips} clips and measured on "
            + $"{testClips} others");

    /// <inheritdoc/>
    public string Fingerprint => string.Create(CultureInfo.InvariantCulture,
        $"motion-shapes/{_world.Task}/noise {_world.Noise:R}/spread "
            + $"{_world.Spread:R}/{TrainingClips}/{probeClips}/{testClips}/{Checksum.Value}");

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Labels => _world.Build(0).Labels;

    /// <inheritdoc/>
    public LabelledClips Open(AblationPart part, DataConfig clips, ulong seed)
    {
        var world = _world.Build(SeedSequence.Derive(seed, WorldStream));
        var (split, count) = part switch
        {
            AblationPart.Training => (ShapesSplit.Train, TrainingClips),
            AblationPart.ProbeTraining => (ShapesSplit.Train, probeClips),
            _ => (ShapesSplit.Test, testClips),
        };
        var source = new ShapesSourceConfig { Clips = count, Split = split, Frames = clips.Frames, Size = clips.Size }.Build(world);
        return new LabelledClips(
            source,
            entry => string.Create(CultureInfo.InvariantCulture, $"{(split == ShapesSplit.Test ? "test" : "train")}/{entry}"),
            (entry, label) => ShapesWorld.LabelsOf(world.Clip(split, entry))[label])
        {
            TrackOf = (entry, grid) =>
            {
                var (clip, times) = (world.Clip(split, entry), ShapesClipSource.SegmentMiddles(clips.Frames));
                return new ActorTrack([.. times.Select(clip.PlaceAt)], clip.CoveredCells(clips.Size, times, grid));
            },
        };
    }

    // The pixels of one clip stand for the generator: a change of the world changes them.
    private Lazy<string> Checksum { get; } = new(() =>
    {
        var pixels = new byte[4 * 32 * 32 * 3];
        new ShapesWorldConfig { Task = task }.Build(1).Clip(ShapesSplit.Test, 0).Render(32, [0.1, 0.4, 0.6, 0.9], pixels);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(pixels))[..12];
    });
}
