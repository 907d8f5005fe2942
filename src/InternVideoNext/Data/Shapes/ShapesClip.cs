using System.Buffers;
using InternVideoNext.Randomness;

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

    private readonly ShapesActor _actor;
    private readonly ShapesBackdrop _backdrop;
    private readonly ShapesPath _path;
    private readonly ulong _noiseSeed;
    private readonly float _gain, _flicker, _noise;

    internal ShapesClip(ShapesWorldConfig config, ulong seed)
    {
        var labels = Stream(0);
        Shape = (ActorShape)labels.NextInt(4);
        Backdrop = (BackdropPattern)labels.NextInt(4);
        Bright = labels.NextInt(2) == 1;
        Phases = ShapesLabels.DrawPhases(config.Task, labels);
        _actor = new ShapesActor(Shape, Bright, Stream(1));
        _backdrop = new ShapesBackdrop(Backdrop, Stream(2));
        _path = new ShapesPath(Phases, Stream(3));
        _gain = (float)Stream(4).Uniform(0.8, 1.1);
        _noiseSeed = SeedSequence.Derive(seed, 5);
        (_flicker, _noise) = ((float)config.Flicker, (float)config.Noise);

        DeterministicRandom Stream(ulong part) => new(SeedSequence.Derive(seed, part));
    }

    /// <summary>The actor's shape.</summary>
    public ActorShape Shape { get; }

    /// <summary>The backdrop's pattern.</summary>
    public BackdropPattern Backdrop { get; }

    /// <summary>Whether the actor is brighter than the backdrop, or darker.</summary>
    public bool Bright { get; }

    /// <summary>What happens, in order of time: one motion, or two (<see cref="ShapesTask.Steps"/>) of half the clip each.</summary>
    public IReadOnlyList<ActorMotion> Phases { get; }

    /// <summary>Renders pictures of the clip.</summary>
    /// <param name="size">Height and width in pixels.</param>
    /// <param name="times">T times from 0 to 1, told apart to about a millionth.</param>
    /// <param name="rgb">Filled with [T, size, size, 3] bytes, red first.</param>
    /// <exception cref="ArgumentException">The size is below <see cref="MinimumSize"/>, a time is outside [0, 1], or <paramref name="rgb"/> has another length.</exception>
    public void Render(int size, ReadOnlySpan<double> times, Span<byte> rgb)
    {
        if (size < MinimumSize) throw new ArgumentOutOfRangeException(nameof(size), size, $"Pictures must be at least {MinimumSize} pixels high and wide.");
        var picture = size * size * 3;
        if (rgb.Length != times.Length * picture)
            throw new ArgumentException($"{times.Length} pictures of {size} px take {times.Length * picture} bytes, not {rgb.Length}.", nameof(rgb));
        var buffer = ArrayPool<float>.Shared.Rent(2 * picture);
        var backdrop = buffer.AsSpan(0, picture);
        var canvas = buffer.AsSpan(picture, picture);
        _backdrop.Paint(size, backdrop);
        for (var i = 0; i < times.Length; i++)
        {
            if (times[i] is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(times), times[i], "Times run from 0 to 1.");
            var time = Math.Round(times[i] * TimeSteps);
            backdrop.CopyTo(canvas);
            _actor.Paint(size, _path.At((float)(time / TimeSteps)), canvas);
            Expose(canvas, (ulong)time, rgb.Slice(i * picture, picture));
        }

        ArrayPool<float>.Shared.Return(buffer);
    }

    internal ShapesPose PoseAt(double time) => _path.At((float)time);

    // Gain, flicker, noise, and eight bits a channel.
    private void Expose(ReadOnlySpan<float> canvas, ulong time, Span<byte> rgb)
    {
        var random = new DeterministicRandom(SeedSequence.Derive(_noiseSeed, time));
        var gain = 255f * _gain * (1f + (_flicker * (float)random.Uniform(-1, 1)));
        var noiseScale = 255f * _noise / 64f;
        var bits = 0ul;
        for (var (at, left) = (0, 0); at < canvas.Length; at += 3, left--)
        {
            if (left == 0) (bits, left) = (random.NextUInt64(), 3);
            // The sum of three numbers from 0 to 127: nearly normal, mean 190.5, standard deviation 64.
            var noise = 0.5f + (noiseScale * ((int)(bits & 127) + (int)((bits >> 7) & 127) + (int)((bits >> 14) & 127) - 190.5f));
            bits >>= 21;
            rgb[at] = ToByte((canvas[at] * gain) + noise);
            rgb[at + 1] = ToByte((canvas[at + 1] * gain) + noise);
            rgb[at + 2] = ToByte((canvas[at + 2] * gain) + noise);
        }
    }

    private static byte ToByte(float value) => (byte)Math.Clamp(value, 0f, 255f);
}
