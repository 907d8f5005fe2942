namespace InternVideoNext.Data.Shapes;

/// <summary>What is to be recognised over time in the world's clips.</summary>
public enum ShapesTask
{
    /// <summary>One motion a clip: label <c>motion</c>, 8 classes. Stands for Something-Something V2.</summary>
    Motion,

    /// <summary>
    /// Two motions one after the other: label <c>steps</c>, the 12 ordered pairs of two different ones out of right, down,
    /// orbit clockwise and spin clockwise. Stands for COIN: to tell a pair from its reverse takes the order of the steps.
    /// </summary>
    Steps,
}
