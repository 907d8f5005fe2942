namespace InternVideoNext.Data.Shapes;

/// <summary>
/// The few functions that the world is drawn with, made of additions, products, quotients and square roots only: those are
/// exactly rounded everywhere, so that a clip has the same bytes on every machine, which a C library's sine doesn't promise.
/// Angles are in turns (1 = a full circle).
/// </summary>
internal static class TurnMath
{
    /// <summary>sin(2 pi <paramref name="turns"/>): Taylor series to degree 9 on a quarter turn, error below 4e-6.</summary>
    public static float Sin(float turns)
    {
        var t = turns - MathF.Floor(turns + 0.5f); // [-1/2, 1/2]
        if (t > 0.25f) t = 0.5f - t;
        else if (t < -0.25f) t = -0.5f - t;
        var z = t * t;
        return t * (6.2831853f + (z * (-41.341702f + (z * (81.605249f + (z * (-76.705860f + (z * 42.058694f))))))));
    }

    /// <summary>cos(2 pi <paramref name="turns"/>).</summary>
    public static float Cos(float turns) => Sin(turns + 0.25f);

    /// <summary>A soft step from 0 to 1 with slope 1/4 at 0, like the logistic function, with algebraic tails.</summary>
    public static float SoftStep(float x)
    {
        var y = 0.5f * x;
        return 0.5f + (0.5f * y / MathF.Sqrt(1f + (y * y)));
    }

    /// <summary>
    /// How much of a pixel is inside, by the signed distance to the edge in pixels: 1 from -1 on, 0 from 1 on, smooth between.
    /// </summary>
    public static float Coverage(float signedDistance)
    {
        var t = Math.Clamp(0.5f - (0.5f * signedDistance), 0f, 1f);
        return t * t * (3f - (2f * t));
    }

    /// <summary>The place of <paramref name="x"/> on a circle of length 1, in [0, 1).</summary>
    public static float Wrap(float x)
    {
        var wrapped = x - MathF.Floor(x);
        return wrapped < 1f ? wrapped : 0f;
    }
}
