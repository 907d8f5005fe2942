using InternVideoNext.Foundation;

namespace InternVideoNext.Data.Shapes;

/// <summary>Where the actor is at a time, on the unit torus, and how it is turned.</summary>
/// <param name="X">To the right, in [0, 1).</param>
/// <param name="Y">Downwards, in [0, 1).</param>
/// <param name="Angle">In turns, clockwise on the screen.</param>
internal readonly record struct ShapesPose(float X, float Y, float Angle);

/// <summary>
/// The actor's way through the clip: position(u) = start + displacement(u) on the torus, angle(u) = angle0 + rotation(u).
/// Start and angle0 are uniform and independent of everything else, displacement and rotation depend on the motion and are 0
/// at u = 0. So at every fixed time, position and angle are uniform and independent of the motion: that is why no single frame,
/// whatever its index, says anything about the motion.
/// </summary>
internal sealed class ShapesPath
{
    // Half the picture in a clip: an eighth of its side in each of four frames. Every pair of frames then shows the direction: on the
    // torus a longer way would look like a shorter one backwards.
    private const float Distance = 0.5f;

    private readonly IReadOnlyList<ActorMotion> _phases;
    private readonly float _startX, _startY, _startAngle;
    private readonly float _orbitRadius, _orbitPhase, _orbitTurns, _spinTurns;

    /// <summary>Draws a path: always the same number of draws, whatever the motions.</summary>
    public ShapesPath(IReadOnlyList<ActorMotion> phases, DeterministicRandom random)
    {
        _phases = phases;
        (_startX, _startY, _startAngle) = (Draw(0, 1), Draw(0, 1), Draw(0, 1));
        (_orbitRadius, _orbitPhase, _orbitTurns) = (Draw(0.17, 0.23), Draw(0, 1), Draw(0.55, 0.75));
        _spinTurns = Draw(0.6, 0.9);

        float Draw(double low, double high) => (float)random.Uniform(low, high);
    }

    /// <summary>The pose at time <paramref name="u"/> in [0, 1].</summary>
    public ShapesPose At(float u)
    {
        var (x, y, angle) = (_startX, _startY, _startAngle);
        for (var phase = 0; phase < _phases.Count; phase++)
        {
            // Several phases share the clip's time.
            var done = Math.Clamp((u * _phases.Count) - phase, 0f, 1f) / _phases.Count;
            var (dx, dy, turn) = Displacement(_phases[phase], done);
            (x, y, angle) = (x + dx, y + dy, angle + turn);
        }

        return new ShapesPose(TurnMath.Wrap(x), TurnMath.Wrap(y), TurnMath.Wrap(angle));
    }

    private (float X, float Y, float Turns) Displacement(ActorMotion motion, float done) => motion switch
    {
        ActorMotion.Right => (Distance * done, 0, 0),
        ActorMotion.Left => (-Distance * done, 0, 0),
        ActorMotion.Down => (0, Distance * done, 0),
        ActorMotion.Up => (0, -Distance * done, 0),
        ActorMotion.OrbitClockwise => Orbit(_orbitTurns * done),
        ActorMotion.OrbitCounterclockwise => Orbit(-_orbitTurns * done),
        ActorMotion.SpinClockwise => (0, 0, _spinTurns * done),
        ActorMotion.SpinCounterclockwise => (0, 0, -_spinTurns * done),
        _ => throw new ArgumentOutOfRangeException(nameof(motion), motion, null),
    };

    private (float X, float Y, float Turns) Orbit(float turns) => (
        _orbitRadius * (TurnMath.Cos(_orbitPhase + turns) - TurnMath.Cos(_orbitPhase)),
        _orbitRadius * (TurnMath.Sin(_orbitPhase + turns) - TurnMath.Sin(_orbitPhase)),
        0);
}
