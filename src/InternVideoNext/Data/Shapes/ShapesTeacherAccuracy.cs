namespace InternVideoNext.Data.Shapes;

/// <summary>How often the teacher's heads are right on frames it was not trained on, from 0 to 1.</summary>
/// <param name="Shape">Of 4 shapes.</param>
/// <param name="Backdrop">Of 4 backdrops.</param>
/// <param name="Frames">Frames scored.</param>
public sealed record ShapesTeacherAccuracy(double Shape, double Backdrop, int Frames);
