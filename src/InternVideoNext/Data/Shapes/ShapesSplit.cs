namespace InternVideoNext.Data.Shapes;

/// <summary>The parts of the world. Clip i of one split has nothing in common with clip i of another.</summary>
public enum ShapesSplit
{
    /// <summary>Clips to train on.</summary>
    Train,

    /// <summary>Clips to choose settings on.</summary>
    Validation,

    /// <summary>Clips to report on.</summary>
    Test,
}
