using InternVideoNext.Randomness;

namespace InternVideoNext.Data.Shapes;

/// <summary>The picture behind the actor; it stands still. Colour = level + tint + amplitude * (step(3 * pattern) - 1/2), per channel.</summary>
internal sealed class ShapesBackdrop
{
    private const float CellsAcross = 32f / 3f;

    private readonly BackdropPattern _pattern;
    private readonly float[] _level = new float[3];
    private readonly float[] _amplitude = new float[3];
    private readonly float _cycles, _directionX, _directionY, _phaseX, _phaseY;
    private readonly ulong _cellSeed;

    /// <summary>Draws a backdrop: always the same number of draws, whatever the pattern.</summary>
    public ShapesBackdrop(BackdropPattern pattern, DeterministicRandom random)
    {
        _pattern = pattern;
        var level = random.Uniform(0.38, 0.58);
        var contrast = random.Uniform(0.6, 1) * 0.4;
        for (var channel = 0; channel < 3; channel++)
        {
            _level[channel] = (float)(level + random.Uniform(-0.06, 0.06));
            _amplitude[channel] = (float)(contrast * random.Uniform(0.4, 1));
        }

        _cycles = (float)(32 / random.Uniform(4.5, 9)); // a period of 4.5 to 9 pixels in a picture of 32
        var direction = (float)random.NextDouble();
        (_directionX, _directionY) = (TurnMath.Cos(direction), TurnMath.Sin(direction));
        (_phaseX, _phaseY) = ((float)random.NextDouble(), (float)random.NextDouble());
        _cellSeed = random.NextUInt64();
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

    // In [-1, 1] or a little beyond.
    private float Pattern(float x, float y)
    {
        if (_pattern == BackdropPattern.Cells) return Cell(x, y);
        var along = (_directionX * x) + (_directionY * y);
        if (_pattern == BackdropPattern.Stripes) return TurnMath.Sin((_cycles * along) + _phaseX);
        if (_pattern == BackdropPattern.Ramp) return 1.6f * (along - (0.5f * (_directionX + _directionY)));
        var across = (_directionX * y) - (_directionY * x);
        return 1.5f * TurnMath.Sin((_cycles * along) + _phaseX) * TurnMath.Sin((_cycles * across) + _phaseY);
    }

    private float Cell(float x, float y)
    {
        var column = (ulong)((x * CellsAcross) + _phaseX);
        var row = (ulong)((y * CellsAcross) + _phaseY);
        var bits = SeedSequence.Mix(_cellSeed + (SeedSequence.Golden * ((row << 16) + column + 1)));
        return ((bits >> 40) * (2f / (1 << 24))) - 1f;
    }
}
