using System.Buffers;
using InternVideoNext.Foundation;
using InternVideoNext.Modules;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// One clip of the world: a picture for every time from 0 to 1, at any size. A pure function of the world's settings and the
/// clip's own seed; nothing is kept between calls, so one clip may be rendered by several threads at once.
/// </summary>
public sealed class ShapesClip
{
    /// <summary>The smallest picture: below it an actor would meet itself around the torus.</summary>
    public const int MinimumSize = 16;

    private const double TimeSteps = 1 << 20;

    // Of the actor alone on black: by its colour reached where a twentieth to an eighth of a pixel is covered.
    private const float Visible = 0.05f;

    private readonly ShapesActor _actor;
    private readonly ShapesBackdrop _backdrop;
    private readonly ShapesPath _path;
    private readonly ulong _noiseSeed;
    private readonly float _noise;

    internal ShapesClip(ShapesWorldConfig config, ulong seed)
    {
        var labels = Stream(0);
        Shape = (ActorShape)labels.NextInt(4);
        Backdrop = (BackdropPattern)labels.NextInt(4);
        Phases = ShapesLabels.DrawPhases(config.Task, labels);
        _actor = new ShapesActor(Shape, config.Spread, textured: config.Task == ShapesTask.Mechanisms, Stream(1));
        _backdrop = new ShapesBackdrop(Backdrop, config.Spread, Stream(2));
        _path = new ShapesPath(Phases, Stream(3));
        _noiseSeed = SeedSequence.Derive(seed, 4);
        _noise = (float)config.Noise;

        DeterministicRandom Stream(ulong part) => new(SeedSequence.Derive(seed, part));
    }

    /// <summary>The actor's shape.</summary>
    public ActorShape Shape { get; }

    /// <summary>The backdrop's pattern.</summary>
    public BackdropPattern Backdrop { get; }

    /// <summary>What happens, in order of time: one motion, or two (<see cref="ShapesTask.Steps"/>) of half the clip each.</summary>
    public IReadOnlyList<ActorMotion> Phases { get; }

    /// <summary>Renders pictures of the clip.</summary>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="times">T times from 0 to 1, told apart to about a millionth.</param>
    /// <param name="rgb">Filled with [T, size, size, 3] bytes, red first.</param>
    /// <exception cref="ArgumentException">
    /// The size is below <see cref="MinimumSize"/>, a time is outside [0, 1], or <paramref name="rgb"/> has another length.
    /// </exception>
    public void Render(int size, ReadOnlySpan<double> times, Span<byte> rgb)
    {
        CheckSize(size);
        var picture = size * size * 3;
        if (rgb.Length != times.Length * picture)
            throw new ArgumentException(
                $"{times.Length} pictures of {size} px take {times.Length * picture} bytes, not {rgb.Length}.", nameof(rgb));
        var buffer = ArrayPool<float>.Shared.Rent(2 * picture);
        var backdrop = buffer.AsSpan(0, picture);
        var canvas = buffer.AsSpan(picture, picture);
        _backdrop.Paint(size, backdrop);
        for (var i = 0; i < times.Length; i++)
        {
            var step = StepOf(times[i]);
            backdrop.CopyTo(canvas);
            _actor.Paint(size, ShownAt(step), canvas);
            Expose(canvas, step, rgb.Slice(i * picture, picture));
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    /// <summary>The cells in which some of the actor is to be seen, whatever the backdrop: the actor painted alone.</summary>
    /// <param name="size">Height and width of the pictures in pixels, as rendered.</param>
    /// <param name="times">T times from 0 to 1, as rendered.</param>
    /// <param name="grid">T frames of equal cells.</param>
    /// <returns>[N], in order (t, h, w): whether a pixel of the cell is covered by more than about a tenth.</returns>
    /// <exception cref="ArgumentException">
    /// The size is below <see cref="MinimumSize"/>, a time is outside [0, 1], or the grid has another number of frames.
    /// </exception>
    public bool[] CoveredCells(int size, ReadOnlySpan<double> times, TokenGrid grid)
    {
        CheckSize(size);
        if (grid.Frames != times.Length)
            throw new ArgumentException($"The grid has {grid.Frames} frames, there are {times.Length} times.", nameof(grid));
        var covered = new bool[grid.Tokens];
        var buffer = ArrayPool<float>.Shared.Rent(size * size * 3);
        var canvas = buffer.AsSpan(0, size * size * 3);
        for (var i = 0; i < times.Length; i++)
        {
            canvas.Clear();
            _actor.Paint(size, ShownAt(StepOf(times[i])), canvas);
            var frame = covered.AsSpan(i * grid.TokensPerFrame, grid.TokensPerFrame);
            for (var (at, pixel) = (0, 0); at < canvas.Length; at += 3, pixel++)
                if (Math.Max(canvas[at], Math.Max(canvas[at + 1], canvas[at + 2])) > Visible)
                    frame[(pixel / size * grid.Height / size * grid.Width) + (pixel % size * grid.Width / size)] = true;
        }

        ArrayPool<float>.Shared.Return(buffer);
        return covered;
    }

    /// <summary>Where the actor's centre is, as shares of the picture's sides: x to the right, y downwards, both in [0, 1).</summary>
    /// <param name="time">From 0 to 1.</param>
    public (float X, float Y) PlaceAt(double time)
    {
        var pose = PoseAt(time);
        return (pose.X, pose.Y);
    }

    internal ShapesPose PoseAt(double time) => _path.At((float)time);

    private static void CheckSize(int size)
    {
        if (size < MinimumSize)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"Pictures must be at least {MinimumSize} pixels high and wide.");
    }

    // The times that are told apart, by number.
    private static ulong StepOf(double time) => time is >= 0 and <= 1
        ? (ulong)Math.Round(time * TimeSteps)
        : throw new ArgumentOutOfRangeException(nameof(time), time, "Times run from 0 to 1.");

    private ShapesPose ShownAt(ulong step) => _path.At((float)(step / TimeSteps));

    // Noise, and eight bits a channel.
    private void Expose(ReadOnlySpan<float> canvas, ulong time, Span<byte> rgb)
    {
        var random = new DeterministicRandom(SeedSequence.Derive(_noiseSeed, time));
        var noiseScale = 255f * _noise / 64f;
        var bits = 0ul;
        for (var (at, left) = (0, 0); at < canvas.Length; at += 3, left--)
        {
            if (left == 0) (bits, left) = (random.NextUInt64(), 3);
            // The sum of three numbers from 0 to 127: nearly normal, mean 190.5, standard deviation 64.
            var noise = 0.5f + (noiseScale * ((int)(bits & 127) + (int)((bits >> 7) & 127) + (int)((bits >> 14) & 127) - 190.5f));
            bits >>= 21;
            rgb[at] = ToByte((canvas[at] * 255f) + noise);
            rgb[at + 1] = ToByte((canvas[at + 1] * 255f) + noise);
            rgb[at + 2] = ToByte((canvas[at + 2] * 255f) + noise);
        }
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value, 0f, 255f);
}
