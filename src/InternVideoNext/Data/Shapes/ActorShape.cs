namespace InternVideoNext.Data.Shapes;

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
