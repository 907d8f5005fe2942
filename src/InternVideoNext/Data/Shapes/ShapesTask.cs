namespace InternVideoNext.Data.Shapes;

/// <summary>What is to be recognised over time in the world's clips.</summary>
public enum ShapesTask
{
    /// <summary>One of four directions a clip: label <c>motion</c>. Stands for Something-Something V2.</summary>
    Motion,

    /// <summary>
    /// One of eight motions of three mechanisms (four directions, two orbits, two spins) a clip: label <c>motion</c>. Much slower to
    /// learn, with labels too; no table of this project is made on it.
    /// </summary>
    Mechanisms,

    /// <summary>
    /// Two directions one after the other: label <c>steps</c>, the 12 ordered pairs of two different ones. Stands for COIN: to tell a
    /// pair from its reverse takes the order of the steps.
    /// </summary>
    Steps,
}
