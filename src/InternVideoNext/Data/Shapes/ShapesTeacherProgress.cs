namespace InternVideoNext.Data.Shapes;

/// <summary>How far the training of the teacher is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Loss">The last step's loss: the sum of two cross-entropies.</param>
public readonly record struct ShapesTeacherProgress(int Step, double Loss);
