using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// The thing that moves: a bright shape, of one colour or with a texture that has no symmetry (by which every spin can be seen).
/// </summary>
internal sealed class ShapesActor
{
    private readonly ActorShape _shape;
    private readonly float _radius, _cycles, _phase;
    private readonly float[] _colour = new float[3];
    private readonly float[] _texture = new float[3];

    /// <summary>Draws an actor: always the same number of draws, whatever the shape.</summary>
    /// <param name="shape">Its class.</param>
    /// <param name="spread">How much its colour varies around the middle (<see cref="ShapesWorldConfig.Spread"/>).</param>
    /// <param name="textured">Whether it has a texture.</param>
    /// <param name="random">Source of the draws.</param>
    public ShapesActor(ActorShape shape, double spread, bool textured, DeterministicRandom random)
    {
        _shape = shape;
        _radius = (float)(7.5 / 32 * random.Uniform(0.9, 1.1));
        for (var channel = 0; channel < 3; channel++)
        {
            var (hue, other) = (random.NextDouble(), random.NextDouble());
            _colour[channel] = (float)(0.75 + (0.25 * (0.5 + (spread * (hue - 0.5)))));
            if (textured) _texture[channel] = (float)(0.42 + (0.28 * other)) - _colour[channel];
        }

        (_cycles, _phase) = ((float)random.Uniform(0.8, 1.4), (float)random.NextDouble());
    }

    /// <summary>Paints it over [<paramref name="size"/>, <paramref name="size"/>, 3], wrapping around the edges.</summary>
    public void Paint(int size, ShapesPose pose, Span<float> canvas)
    {
        var (centreX, centreY) = (pose.X * size, pose.Y * size);
        var reach = (1.05f * _radius * size) + 1f;
        var (cos, sin) = (TurnMath.Cos(pose.Angle), TurnMath.Sin(pose.Angle));
        var scale = 1f / (_radius * size); // pixels to radii
        var (left, right) = ((int)MathF.Floor(centreX - reach), (int)MathF.Ceiling(centreX + reach));
        var (top, bottom) = ((int)MathF.Floor(centreY - reach), (int)MathF.Ceiling(centreY + reach));
        for (var row = top; row < bottom; row++)
        {
            var line = Modulo(row, size) * size;
            var dy = (row + 0.5f - centreY) * scale;
            for (var column = left; column < right; column++)
            {
                var dx = (column + 0.5f - centreX) * scale;
                var (x, y) = ((cos * dx) + (sin * dy), (cos * dy) - (sin * dx));
                var cover = TurnMath.Coverage(Distance(x, y) / scale);
                if (cover > 0f) Blend(canvas.Slice((line + Modulo(column, size)) * 3, 3), cover, Shade(x, y));
            }
        }
    }

    private void Blend(Span<float> pixel, float cover, float shade)
    {
        for (var channel = 0; channel < 3; channel++)
            pixel[channel] += cover * (_colour[channel] + (shade * _texture[channel]) - pixel[channel]);
    }

    // Stripes along x and a slope along y, both in the actor's own frame; from 0 to 1.
    private float Shade(float x, float y)
    {
        var stripes = 0.5f + (0.5f * TurnMath.Sin((_cycles * x) + _phase));
        return (0.5f * stripes) + (0.5f * (0.5f + (0.5f * y)));
    }

    // Signed distance to the edge, negative inside, in radii.
    private float Distance(float x, float y) => _shape switch
    {
        ActorShape.Disk => MathF.Sqrt((x * x) + (y * y)) - 0.9f,
        ActorShape.Ring => MathF.Abs(MathF.Sqrt((x * x) + (y * y)) - 0.72f) - 0.24f,
        ActorShape.Bar => Box(x, y, 1f, 0.3f),
        _ => MathF.Min(Box(x, y, 1f, 0.3f), Box(x, y, 0.3f, 1f)),
    };

    private static float Box(float x, float y, float halfWidth, float halfHeight)
    {
        var (dx, dy) = (MathF.Abs(x) - halfWidth, MathF.Abs(y) - halfHeight);
        var (outX, outY) = (MathF.Max(dx, 0f), MathF.Max(dy, 0f));
        return MathF.Sqrt((outX * outX) + (outY * outY)) + MathF.Min(MathF.Max(dx, dy), 0f);
    }

    private static int Modulo(int value, int size) => value < 0 ? value + size : value >= size ? value - size : value;
}

/// <summary>What moves: the first half of a clip's appearance.</summary>
public enum ActorShape
{
    /// <summary>A filled circle.</summary>
    Disk,

    /// <summary>Two bars crossed at right angles.</summary>
    Cross,

    /// <summary>A circle with a hole.</summary>
    Ring,

    /// <summary>A long rectangle.</summary>
    Bar,
}
