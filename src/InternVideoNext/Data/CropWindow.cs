namespace InternVideoNext.Data;

/// <summary>The part of a frame that a clip shows, the same in all of its frames.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Flipped">Whether left and right are exchanged.</param>
public readonly record struct CropWindow(int Left, int Top, int Width, int Height, bool Flipped);
