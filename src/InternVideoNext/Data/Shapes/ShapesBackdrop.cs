using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Shapes;

/// <summary>
/// The picture behind the actor: dark, of low contrast, standing still. Colour = level + amplitude * (step(3 * pattern) - 1/2), per
/// channel. It must be dark: the encoder's RMSNorm of raw patches blows patches near mid-grey (0 after normalisation) up to unit
/// size, so that before mid-grey a bright actor hardly stands out.
/// </summary>
internal sealed class ShapesBackdrop
{
    private readonly BackdropPattern _pattern;
    private readonly float[] _level = new float[3];
    private readonly float[] _amplitude = new float[3];
    private readonly float _cycles, _directionX, _directionY, _phaseX, _phaseY;

    /// <summary>Draws a backdrop: always the same number of draws, whatever the pattern.</summary>
    /// <param name="pattern">Its class.</param>
    /// <param name="spread">How much level, tint and amplitude vary around their middle (<see cref="ShapesWorldConfig.Spread"/>).</param>
    /// <param name="random">Source of the draws.</param>
    public ShapesBackdrop(BackdropPattern pattern, double spread, DeterministicRandom random)
    {
        _pattern = pattern;
        var level = Around(0.18, 0.06);
        var contrast = Around(0.85, 0.15) * 0.3;
        for (var channel = 0; channel < 3; channel++)
        {
            _level[channel] = (float)(level + Around(0, 0.06));
            _amplitude[channel] = (float)(contrast * Around(0.8, 0.2));
        }

        _cycles = (float)(32 / random.Uniform(4.5, 7.5)); // a period of 4.5 to 7.5 pixels in a picture of 32
        var (anyDirection, tilt) = (random.NextDouble(), random.Uniform(-0.024, 0.024)); // in turns; the tilt is 0.15 radians at most
        var direction = (float)(pattern switch
        {
            BackdropPattern.Ramp => anyDirection,
            BackdropPattern.Rows => 0.25 + tilt,
            _ => tilt,
        });
        (_directionX, _directionY) = (TurnMath.Cos(direction), TurnMath.Sin(direction));
        (_phaseX, _phaseY) = ((float)random.NextDouble(), (float)random.NextDouble());

        double Around(double middle, double reach) => middle + (spread * random.Uniform(-reach, reach));
    }

    /// <summary>Paints it into [<paramref name="size"/>, <paramref name="size"/>, 3].</summary>
    public void Paint(int size, Span<float> canvas)
    {
        var at = 0;
        for (var row = 0; row < size; row++)
        {
            var y = (row + 0.5f) / size;
            for (var column = 0; column < size; column++, at += 3)
            {
                var step = TurnMath.SoftStep(3f * Pattern((column + 0.5f) / size, y)) - 0.5f;
                for (var channel = 0; channel < 3; channel++) canvas[at + channel] = _level[channel] + (_amplitude[channel] * step);
            }
        }
    }

    // In [-1, 1], or a little beyond.
    private float Pattern(float x, float y)
    {
        var along = (_directionX * x) + (_directionY * y);
        if (_pattern == BackdropPattern.Ramp) return 1.6f * (along - (0.5f * (_directionX + _directionY)));
        var wave = TurnMath.Sin((_cycles * along) + _phaseX);
        if (_pattern != BackdropPattern.Checks) return wave;
        var across = (_directionX * y) - (_directionY * x);
        return 1.8f * wave * TurnMath.Sin((_cycles * across) + _phaseY);
    }
}

/// <summary>What it moves over: the second half of a clip's appearance.</summary>
public enum BackdropPattern
{
    /// <summary>Soft upright stripes: a sine along x.</summary>
    Columns,

    /// <summary>Soft level stripes: a sine along y.</summary>
    Rows,

    /// <summary>One slope from dark to less dark, in a random direction.</summary>
    Ramp,

    /// <summary>A soft checkerboard: the product of both sines.</summary>
    Checks,
}
