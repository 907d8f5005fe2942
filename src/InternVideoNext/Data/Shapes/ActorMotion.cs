namespace InternVideoNext.Data.Shapes;

/// <summary>What happens in a clip. Directions are as seen on the screen (x to the right, y downwards).</summary>
public enum ActorMotion
{
    /// <summary>Along +x.</summary>
    Right,

    /// <summary>Along -x.</summary>
    Left,

    /// <summary>Along +y.</summary>
    Down,

    /// <summary>Along -y.</summary>
    Up,

    /// <summary>On a circle, clockwise, without turning about itself.</summary>
    OrbitClockwise,

    /// <summary>On a circle, counter-clockwise, without turning about itself.</summary>
    OrbitCounterclockwise,

    /// <summary>Turning clockwise in its place.</summary>
    SpinClockwise,

    /// <summary>Turning counter-clockwise in its place.</summary>
    SpinCounterclockwise,
}
