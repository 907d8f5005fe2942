namespace InternVideoNext.Training;

/// <summary>Weights of Stage 1's losses; 0 switches one off.</summary>
/// <param name="Middle">Of the alignment of the last K blocks.</param>
/// <param name="Final">Of the alignment of the pooled vector.</param>
/// <param name="Pixel">Of the pixel loss.</param>
internal readonly record struct Stage1Weights(double Middle, double Final, double Pixel);
